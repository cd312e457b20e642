/**
 * Sessions that share the send memory of one bus, in virtual time: whom only the bytes of others hold back goes on as soon as these
 * have left, whatever transport and socket each uses.
 */
import { expect, test } from "vitest";
import type { TransportMode } from "../contract/configuration.ts";
import { nativeCrypto } from "../node/crypto/native.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { LinkImpairment } from "../sim/links/link-impairment.ts";
import { Network } from "../sim/network/network.ts";
import { PortAllocator } from "../sim/runtime/ports.ts";
import { VirtualClock } from "../sim/runtime/virtual-clock.ts";
import { VirtualEntropy } from "../sim/runtime/virtual-entropy.ts";
import { VirtualTcpNetwork } from "../sim/runtime/virtual-tcp.ts";
import { VirtualUdpSockets } from "../sim/runtime/virtual-udp.ts";
import { EventQueue } from "../sim/scheduler/event-queue.ts";
import type { Bus } from "./bus.ts";
import { ECHO_SERVICE, serveEcho } from "./echo.ts";
import { busConfiguration, GOOD_ENTROPY, makeBus, peerOf, RecordingConsole } from "./loopback.fixture.ts";
import { serveSession } from "./services.ts";

const PORT = 37_010;
const SEND_BUDGET_BYTES = 40_000;
const STREAMS = 16;
/** The mux keepalive would wake a session after 3 s: too late to hide anything. */
const PATIENCE_MS = 2_000;

class SmallWorld {
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly #tcp: VirtualTcpNetwork;

  constructor() {
    const links = new Map<string, LinkImpairment>();
    this.network = new Network(this.queue, (from) => {
      const link = links.get(from) ?? new LinkImpairment({ delayMs: 5 }, 1, from);
      links.set(from, link);
      return link;
    });
    this.#tcp = new VirtualTcpNetwork(this.network, this.queue);
  }

  runtimeOf(host: string): Runtime {
    const ports = new PortAllocator();
    return {
      clock: new VirtualClock(this.queue),
      entropy: new VirtualEntropy(1, host, () => GOOD_ENTROPY),
      udp: new VirtualUdpSockets(host, this.network, this.queue, ports),
      tcp: this.#tcp.socketsOf(host, ports),
      console: new RecordingConsole(),
    };
  }

  async listen(name: string, host: string): Promise<Bus> {
    const runtime = this.runtimeOf(host);
    const configuration = busConfiguration(name, { peers: [peerOf("dialler", 0)] });
    const { bus } = makeBus(configuration, runtime, (session) => {
      serveSession(session, new Map([[ECHO_SERVICE, serveEcho]]), { runtime, crypto: nativeCrypto });
    });
    await bus.listen({ host, port: PORT });
    return bus;
  }

  /** Runs until `work` is done, at most until `untilMs`. @returns whether it is */
  async runUntil(work: Promise<unknown>, untilMs: number): Promise<boolean> {
    let isDone = false;
    void work.then(() => (isDone = true));
    for (;;) {
      await new Promise(setImmediate);
      if (isDone) return true;
      const nextMs = this.queue.peekMs();
      if (nextMs === undefined || nextMs > untilMs) return false;
      this.queue.runNext();
    }
  }

  async done<T>(work: Promise<T>): Promise<T> {
    expect(await this.runUntil(work, this.queue.nowMs + PATIENCE_MS)).toBe(true);
    return await work;
  }
}

const unending = new Promise<never>(() => undefined);

test.each([
  ["udp-sec", "udp-sec"],
  ["udp-sec", "tcp"],
  ["tcp", "udp-sec"],
  ["tcp", "tcp"],
] as const satisfies readonly (readonly [TransportMode, TransportMode])[])(
  "%s holds all of it while its peer is away; %s goes on when it is back",
  async (holding, waiting) => {
    const world = new SmallWorld();
    await world.done(Promise.all([world.listen("away", "10.0.0.2"), world.listen("here", "10.0.0.3")]));
    const limits = { sendBudgetBytes: SEND_BUDGET_BYTES };
    const { bus } = makeBus(busConfiguration("dialler", { limits }), world.runtimeOf("10.0.0.1"));
    const away = await world.done(bus.dial({ ...peerOf("away", PORT), host: "10.0.0.2" }, holding));
    const here = await world.done(bus.dial({ ...peerOf("here", PORT), host: "10.0.0.3" }, waiting));
    const names = Array.from({ length: STREAMS }, (_, index) => `${ECHO_SERVICE}/${index}`);
    const streams = await world.done(Promise.all(names.map((name) => away.open(name, 3))));
    const stream = await world.done(here.open(ECHO_SERVICE, 3));

    world.network.setHostUp("10.0.0.2", false);
    for (const held of streams) held.tryWrite(new Uint8Array(64 * 1024));
    await world.runUntil(unending, world.queue.nowMs + 1);
    const heardMs = world.queue.nowMs;
    stream.tryWrite(new Uint8Array(100));
    const echo = stream.read();
    expect(await world.runUntil(echo, heardMs + 300)).toBe(false);
    world.network.setHostUp("10.0.0.2", true);
    expect(await world.runUntil(echo, heardMs + PATIENCE_MS)).toBe(true);
  },
);
