import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { journalIn } from "../capture/capture-notes.ts";
import { readCapture } from "../capture/read-capture.ts";
import { parseDecisionLog } from "./decision-log.ts";
import { startFabric, type Fabric, type FabricOptions } from "./fabric.ts";
import { TestNic } from "./test-nic.fixture.ts";
import { arp } from "./gateway/gateway-bench.fixture.ts";
import { frame, GATEWAY_PLAN, HOSTS, packet, readPacket, udp } from "./gateway/gateway.fixture.ts";
import type { GatewayRecord } from "./gateway/gateway-record.ts";

const { a: A, b: B } = HOSTS;
const { inside, outside } = GATEWAY_PLAN.legs;
let folder = "";
let fabric: Fabric;

beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "gateway-"))));
afterEach(async () => {
  await fabric.stop();
  await rm(folder, { recursive: true });
});

async function start(options: Partial<FabricOptions> = {}): Promise<readonly [TestNic, TestNic]> {
  fabric = await startFabric({
    nics: [
      { node: "a", nic: 0, network: "home" },
      { node: "b", nic: 0, network: "world" },
    ],
    gateway: { plan: GATEWAY_PLAN, networks: { inside: "home", outside: "world" } },
    ...{ links: [], seed: 1, servicePorts: [37_024], onFailure: (error: Error) => expect.unreachable(error.message) },
    ...{ captureFile: join(folder, "capture.pcapng"), decisionFile: join(folder, "decisions.ndjson"), ...options },
  });
  const [a, b] = [await TestNic.connect(fabric.socketPath("a", 0)), await TestNic.connect(fabric.socketPath("b", 0))];
  a.send(arp(1, A, inside.address, MAC_A));
  b.send(arp(1, B, outside.address, MAC_B));
  await Promise.all([a.received(1), b.received(1)]);
  return [a, b];
}

const [MAC_A, MAC_B] = ["525400240100", "525400240200"];
const outward = (data: string): Buffer => frame(packet({ from: A, to: B, payload: udp(40_000, 37_024, data) }), 0);
const records = async (): Promise<GatewayRecord[]> =>
  parseDecisionLog(await readFile(join(folder, "decisions.ndjson"), "utf8")).flatMap((one) =>
    "gateway" in one ? one : [],
  );

test("frames cross the gateway between two networks, each leg is captured, and the log tells its mappings", async () => {
  const [a, b] = await start();
  a.send(outward("one"));
  const arrived = readPacket((await b.received(2))[1]?.subarray(14) ?? Buffer.alloc(0));
  expect(arrived).toMatchObject({ from: outside.address, to: B, ttl: 63, payloadAddsUp: true });
  b.send(frame(packet({ from: B, to: outside.address, payload: udp(37_024, arrived.sourcePort) }), 1));
  await a.received(2);
  expect(fabric.forget()).toBe(1);
  a.send(outward("two"));
  await b.received(3);
  const stats = await fabric.stop();
  expect(stats.gateway).toEqual({ forwarded: 3, dropped: {}, unresolved: 0, mappings: 1 });
  const log = await records();
  expect(log.map(({ event, sent, received }) => [event, sent, received])).toEqual([
    ["mapped", 0, 0],
    ["forgotten", 1, 1],
    ["mapped", 0, 0],
  ]);
  const captured = await readCapture(join(folder, "capture.pcapng"));
  const at = (name: string): string[] =>
    captured.interfaces.find((each) => each.name === name)?.frames.map(({ direction }) => direction) ?? [];
  expect([at("gw.0"), at("gw.1")]).toEqual([
    ["received", "sent", "received", "sent", "received"],
    ["received", "sent", "sent", "received", "sent"],
  ]);
  const notes = journalIn(await readFile(join(folder, "capture.pcapng"))).map(({ message }) => message);
  expect(notes[0]).toBe("gateway gw joins gw.0 gw.1");
  expect(notes[1]).toBe(`gateway gw mapped udp ${A}:40000 ${outside.address}:${arrived.sourcePort}`);
});

test("no broadcast leaves its network, and a drop is told", async () => {
  const [a, b] = await start();
  a.send(arp(1, A, "10.24.0.9", MAC_A), frame(packet({ from: A, to: B, fragment: 0x2000, payload: udp(1, 2) }), 0));
  a.send(outward("last"));
  await b.received(2);
  expect(b.frames).toHaveLength(2);
  const stats = await fabric.stop();
  expect(stats.gateway?.dropped).toEqual({ fragment: 1 });
  const notes = journalIn(await readFile(join(folder, "capture.pcapng"))).map(({ message }) => message);
  expect(notes).toContain("gateway gw dropped: fragment (from inside)");
});

test("faults lie on the way to a leg as on any other", async () => {
  const faults = [{ kind: "drop-nth" as const, indexes: [0], match: { protocol: "udp" as const } }];
  const [a, b] = await start({ links: [{ from: "gw.1", to: "b", spec: { faults } }] });
  a.send(outward("lost"), outward("kept"));
  expect(readPacket((await b.received(2))[1]?.subarray(14) ?? Buffer.alloc(0)).payload.toString("latin1", 8)).toBe(
    "kept",
  );
});

test("a replay gives the ports of the log, whatever the seed says", async () => {
  const [a, b] = await start();
  a.send(outward("one"));
  await b.received(2);
  await fabric.stop();
  const [first] = await records();
  const replay = {
    records: [{ ...(first as GatewayRecord), outside: `${outside.address}:51000` }],
    unlogged: "pass",
  } as const;
  const [again, there] = await start({ seed: 2, replay });
  again.send(outward("one"));
  expect(readPacket((await there.received(2))[1]?.subarray(14) ?? Buffer.alloc(0)).sourcePort).toBe(51_000);
});
