import { describe, expect, it } from "vitest";
import { SocketError, type TcpConnection } from "../../runtime/runtime.ts";
import { LinkImpairment } from "../../../contract/impairment/link-impairment.ts";
import { Network } from "../network/network.ts";
import { EventQueue } from "../scheduler/event-queue.ts";
import { PortAllocator } from "./ports.ts";
import { VirtualTcpNetwork } from "./virtual-tcp.ts";
import type { LinkSpec } from "../../../contract/impairment/link-spec.ts";

const A = "10.0.0.1";
const B = { host: "10.0.0.2", port: 37_010 };

/** What happened to one end, in order. */
class Ear {
  readonly log: string[] = [];
  bytes = 0;

  listenTo(connection: TcpConnection): TcpConnection {
    connection.setHandler({
      onBytes: (bytes) => (this.bytes += bytes.length),
      onDrain: () => this.log.push("drain"),
      onEnd: () => this.log.push("end"),
      onClosed: (error) => this.log.push(`closed ${error?.code ?? "in order"}`),
    });
    return connection;
  }
}

class TcpWorld {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly tcp: VirtualTcpNetwork;
  readonly #ports = new PortAllocator();
  readonly atB = new Ear();
  accepted: TcpConnection | undefined;

  constructor(spec: LinkSpec = { delayMs: 10 }) {
    const links = new Map<string, LinkImpairment>();
    this.network = new Network(this.queue, (from) => {
      const link = links.get(from) ?? new LinkImpairment(spec, 1, from);
      links.set(from, link);
      return link;
    });
    this.tcp = new VirtualTcpNetwork(this.network, this.queue);
  }

  listen() {
    return this.tcp.socketsOf(B.host, this.#ports).listen(B, (connection) => {
      this.accepted = this.atB.listenTo(connection);
    });
  }

  /** Runs the world until the dial is decided. */
  async dial(deadlineMs = 5_000): Promise<TcpConnection | string> {
    const state: { outcome?: TcpConnection | string } = {};
    void this.tcp
      .socketsOf(A, this.#ports)
      .connect(B, deadlineMs)
      .then(
        (connection) => (state.outcome = connection),
        (error: unknown) => (state.outcome = error instanceof SocketError ? error.code : String(error)),
      );
    for (;;) {
      await Promise.resolve();
      await Promise.resolve();
      if (state.outcome !== undefined) return state.outcome;
      if (!this.queue.runNext()) throw new Error("nothing decides the dial");
    }
  }

  async connected(): Promise<{ connection: TcpConnection; ear: Ear }> {
    await this.listen();
    const connection = await this.dial();
    if (typeof connection === "string") throw new Error(connection);
    const ear = new Ear();
    return { connection: ear.listenTo(connection), ear };
  }

  run(untilMs = Infinity): void {
    for (let next = this.queue.peekMs(); next !== undefined && next <= untilMs; next = this.queue.peekMs()) {
      this.queue.runNext();
    }
  }
}

describe("connecting", () => {
  it("takes one round trip", async () => {
    const world = new TcpWorld();
    await world.connected();
    expect(world.queue.nowMs).toBe(20);
    expect(world.accepted?.remote.host).toBe(A);
  });
  it("is refused where nobody listens, or not any more", async () => {
    expect(await new TcpWorld().dial()).toBe("ECONNREFUSED");
    const world = new TcpWorld();
    (await world.listen()).close();
    expect(await world.dial()).toBe("ECONNREFUSED");
  });
  it("times out at a host without power, at its deadline", async () => {
    const world = new TcpWorld();
    world.network.setHostUp(B.host, false);
    expect(await world.dial(3_000)).toBe("ETIMEDOUT");
    expect(world.queue.nowMs).toBe(3_000);
  });
  it("repeats a SYN that was lost", async () => {
    const world = new TcpWorld({ delayMs: 10, faults: [{ kind: "drop-nth", indexes: [0] }] });
    await world.listen();
    expect(await world.dial()).toBeTypeOf("object");
    expect(world.queue.nowMs).toBeGreaterThan(1_000);
  });
  it("gives a port to one listener", async () => {
    const world = new TcpWorld();
    await world.listen();
    await expect(world.listen()).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("a connection", () => {
  it("carries bytes in order over loss, then the end", async () => {
    const world = new TcpWorld({ delayMs: 10, faults: [{ kind: "drop", chance: 0.3 }] });
    const { connection } = await world.connected();
    connection.write(new Uint8Array(100_000));
    connection.end();
    world.run();
    expect([world.atB.bytes, world.atB.log]).toEqual([100_000, ["end"]]);
  });
  it("is closed in order when both have ended", async () => {
    const world = new TcpWorld();
    const { connection, ear } = await world.connected();
    connection.end();
    world.accepted?.end();
    world.run();
    expect([ear.log, world.atB.log]).toEqual([
      ["end", "closed in order"],
      ["end", "closed in order"],
    ]);
  });
  it("stops its writer at 256 KiB that nobody reads, and drains when somebody does", async () => {
    const world = new TcpWorld();
    const { connection, ear } = await world.connected();
    world.accepted?.setReading(false);
    expect(connection.write(new Uint8Array(256 * 1024 - 1))).toBe(true);
    expect(connection.write(new Uint8Array(1))).toBe(false);
    world.run();
    expect([world.atB.bytes, ear.log]).toEqual([0, []]);
    world.accepted?.setReading(true);
    world.run();
    expect([world.atB.bytes, ear.log]).toEqual([256 * 1024, ["drain"]]);
  });
  it("tells the peer of a reset", async () => {
    const world = new TcpWorld();
    const { connection, ear } = await world.connected();
    connection.destroy();
    world.run();
    expect([ear.log, world.atB.log]).toEqual([["closed in order"], ["closed ECONNRESET"]]);
  });
  it("breaks after 30 s without progress", async () => {
    const world = new TcpWorld();
    const { connection, ear } = await world.connected();
    world.network.setHostUp(B.host, false);
    world.tcp.loseHost(B.host);
    connection.write(new Uint8Array(10));
    world.run();
    expect(ear.log).toEqual(["closed ETIMEDOUT"]);
    expect(world.queue.nowMs).toBeGreaterThan(30_000);
    expect(world.queue.nowMs).toBeLessThan(36_000);
  });
  it("is reset by a host that came back without it", async () => {
    const world = new TcpWorld();
    const { connection, ear } = await world.connected();
    world.network.setHostUp(B.host, false);
    world.tcp.loseHost(B.host);
    world.network.setHostUp(B.host, true);
    connection.write(new Uint8Array(10));
    world.run();
    expect(ear.log).toEqual(["closed ECONNRESET"]);
  });
});
