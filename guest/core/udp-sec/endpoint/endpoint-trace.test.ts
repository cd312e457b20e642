import { describe, expect, it } from "vitest";
import type { TraceSink } from "../../trace.ts";
import { Wire } from "./wire.fixture.ts";

interface Told {
  readonly name: string;
  readonly connection: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function listening(): { told: Told[]; trace: TraceSink } {
  const told: Told[] = [];
  return { told, trace: { event: (_timeMs, name, connection, data) => void told.push({ name, connection, data }) } };
}

const stepsOf = (told: readonly Told[]): unknown[] =>
  told.filter(({ name }) => name === "connectivity:connection_state_updated").map(({ data }) => data["new"]);

describe("the trace of an endpoint", () => {
  it("tells the steps of a handshake on both sides, under the session id", () => {
    const wire = new Wire();
    const [ofA, ofB] = [listening(), listening()];
    const a = wire.add("a", { trace: ofA.trace });
    const b = wire.add("b", { trace: ofB.trace });
    wire.dial(a, b);
    wire.settle();
    const atA = a.events[0]?.type === "established" ? a.events[0].connection : undefined;
    atA?.write(Uint8Array.of(1), wire.nowMs);
    wire.settle();
    expect(stepsOf(ofA.told)).toEqual(["attempted", "peer_validated", "handshake_confirmed"]);
    expect(stepsOf(ofB.told)).toEqual(["handshake_started", "handshake_complete", "handshake_confirmed"]);
    const datagrams = ofA.told.filter(({ name }) => name.startsWith("transport:"));
    expect(datagrams.map(({ data }) => data["raw"])).toEqual([1_200, 1_200, 201].map((length) => ({ length })));
    expect(ofA.told[0]?.data).toEqual({ new: "attempted", peer: b.identity.deviceId });
    expect(datagrams.map(({ name, data }) => [name, data["header"]])).toEqual([
      ["transport:packet_sent", { packet_type: "msg1" }],
      ["transport:packet_received", { packet_type: "msg2" }],
      ["transport:packet_sent", { packet_type: "msg3" }],
    ]);
    expect(ofA.told.at(-1)?.connection).toBe(atA?.sessionIdHex);
    expect(ofB.told.at(-1)).toMatchObject({ connection: atA?.sessionIdHex, data: { peer: a.identity.deviceId } });
  });

  it("tells why a handshake failed", () => {
    const wire = new Wire();
    const [ofA, ofB] = [listening(), listening()];
    const a = wire.add("a", { trace: ofA.trace });
    const b = wire.add("b", { trace: ofB.trace, accept: { authorise: () => false } });
    wire.dial(a, b);
    wire.settle();
    expect(ofA.told.at(-1)?.data).toEqual({ new: "closed", trigger: "AUTH", by: "peer" });
    expect(ofB.told.map(({ data }) => data)).toContainEqual({
      new: "closed",
      trigger: "AUTH",
      reason: "unknown peer",
      by: "local",
    });
  });

  it("tells each drop once, by whoever dropped it", () => {
    const wire = new Wire();
    const { told, trace } = listening();
    const a = wire.add("a");
    const b = wire.add("b", { trace, createConnection: undefined });
    wire.dial(a, b);
    wire.settle();
    told.length = 0;
    const ping = wire.sentOf("PING", b)[0]?.datagram ?? new Uint8Array(0);
    wire.deliver(new Uint8Array(1_201), a.address, b.address);
    wire.deliver(ping, a.address, b.address);
    wire.deliver(ping.with(4, 1 ^ (ping[4] ?? 0)), a.address, b.address);
    wire.deliver(ping, { host: "10.9.9.9", port: 1 }, b.address);
    wire.deliver(wire.sentOf("MSG1")[0]?.datagram.with(1_170, 0) ?? ping, a.address, b.address);
    const drops = told.filter(({ name }) => name === "transport:packet_dropped");
    const triggers = ["oversize", "failed-open", "unknown-session", "wrong-address", "bad-mac1"];
    expect(drops.map(({ data }) => data["trigger"])).toEqual(triggers);
    // What has no header that can be read has no session either.
    expect(drops.map(({ connection }) => connection === "")).toEqual([true, false, false, false, false]);
    expect(drops.map(({ data }) => data["raw"])).toEqual([1_201, 58, 58, 58, 1_200].map((length) => ({ length })));
  });
});
