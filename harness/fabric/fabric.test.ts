import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { existsSync, mkdirSync } from "node:fs";
import { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readCapture } from "../capture/read-capture.ts";
import type { HarnessError } from "../host/harness-error.ts";
import { parseDecisionLog } from "./decision-log.ts";
import { startFabric, type Fabric, type FabricOptions } from "./fabric.ts";
import { payloadOf, SERVICE_PORT, testFrame } from "./test-frames.fixture.ts";
import { TestNic } from "./test-nic.fixture.ts";

let folder = "";
let fabric: Fabric | undefined;
const failures: HarnessError[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fabric-test-"));
});
afterEach(async () => {
  await fabric?.stop();
  fabric = undefined;
  await rm(folder, { recursive: true });
  expect(failures.splice(0)).toEqual([]);
});

async function start(options: Partial<FabricOptions> = {}): Promise<Fabric> {
  fabric = await startFabric({
    nics: ["a", "b"].map((node) => ({ node, nic: 0 })),
    ...{ links: [], seed: 1, servicePorts: [SERVICE_PORT], onFailure: (error: HarnessError) => failures.push(error) },
    ...{ captureFile: join(folder, "capture.pcapng"), decisionFile: join(folder, "decisions.ndjson"), ...options },
  });
  return fabric;
}

async function plug(to: Fabric, node: string, reads = true): Promise<TestNic> {
  return TestNic.connect(to.socketPath(node, 0), reads);
}

/** Frames are handled in order: when the last one came back, the ones before were counted. */
async function settle(from: TestNic, to: TestNic, name: string, other: string): Promise<void> {
  const before = to.frames.length;
  from.send(testFrame({ from: name, to: other, payload: "settle" }));
  await to.received(before + 1);
}

test("without files frames cross and faults count, and nothing is written", async () => {
  const links = [{ from: "a", to: "b", spec: { faults: [{ kind: "drop-nth" as const, indexes: [0] }] } }];
  const running = await start({ links, captureFile: undefined, decisionFile: undefined });
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  a.send(...["1", "2"].map((payload) => testFrame({ from: "a", to: "b", payload })));
  expect((await b.received(1)).map(payloadOf)).toEqual(["2"]);
  running.note("a remark");
  expect(await running.stop()).toMatchObject({ frames: 2, dropped: { "drop-nth": 1 }, captureLost: 0, logLost: 0 });
  expect(await readdir(folder)).toEqual([]);
});

test("frames cross both ways, and the capture has an interface per NIC, directions, comments, markers", async () => {
  const running = await start({
    links: [{ from: "a", to: "b", spec: { faults: [{ kind: "drop-nth", indexes: [1] }] } }],
  });
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  a.send(...["1", "2", "3"].map((payload) => testFrame({ from: "a", to: "b", payload })));
  expect((await b.received(2)).map(payloadOf)).toEqual(["1", "3"]);
  running.note("b: dsoftbus: udp-sec os session ok");
  b.send(testFrame({ from: "b", to: "a", payload: "back" }));
  expect((await a.received(1)).map(payloadOf)).toEqual(["back"]);
  const stats = await running.stop();
  expect(stats).toMatchObject({
    frames: 4,
    delivered: 3,
    dropped: { "drop-nth": 1 },
    decisionsLogged: 1,
    captureLost: 0,
  });
  const { interfaces, cutShort } = await readCapture(join(folder, "capture.pcapng"));
  expect(cutShort).toBe(false);
  const seen = interfaces.map(({ name, frames }) => [
    name,
    frames.map(({ direction, comments }) => [direction, ...comments].join(" ")),
  ]);
  expect(seen).toEqual([
    ["a.0", ["sent", `sent dropped: drop-nth (a.0>b.0, a.0>b.0/udp/${SERVICE_PORT} #1)`, "sent", "received"]],
    ["b.0", ["received", "received", "sent"]],
  ]);
  const times = interfaces.flatMap(({ frames }) => frames.map(({ timeUs }) => timeUs));
  expect(Math.max(...times) - Math.min(...times)).toBeLessThan(60_000_000);
  expect(
    (await readFile(join(folder, "capture.pcapng"))).includes("MESSAGE=b: dsoftbus: udp-sec os session ok\n"),
  ).toBe(true);
  const log = parseDecisionLog(await readFile(join(folder, "decisions.ndjson"), "utf8"));
  expect(log).toMatchObject([{ link: "a.0>b.0", index: 1, deliveries: [], reason: "drop-nth" }]);
});

test("delayed frames and their copies arrive, each at its time", async () => {
  const spec = { delayMs: 3, faults: [{ kind: "duplicate" as const, chance: 1, laterMs: 4 }] };
  const running = await start({ links: [{ from: "a", to: "b", spec }] });
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  a.send(testFrame({ from: "a", to: "b", payload: "1" }), testFrame({ from: "a", to: "b", payload: "2" }));
  const arrived = (await b.received(4)).map(payloadOf);
  // Each copy 4 ms after its frame. A process that gets no processor between the two frames decides on them more than 4 ms apart, and then
  // the first's copy rightly comes before the second.
  expect([
    ["1", "2", "1", "2"],
    ["1", "1", "2", "2"],
  ]).toContainEqual(arrived);
});

test("a triggered fault begins with its trigger; the trigger is on the capture", async () => {
  const spec = { faults: [{ kind: "blackhole" as const, during: { trigger: "session" } }] };
  const running = await start({ links: [{ from: "a", to: "b", spec }] });
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  await settle(a, b, "a", "b");
  running.trigger("session");
  a.send(testFrame({ from: "a", to: "b", payload: "lost" }));
  b.send(testFrame({ from: "b", to: "a", payload: "the other way" }));
  await a.received(1);
  await running.stop();
  expect(running.stats().dropped).toEqual({ blackhole: 1 });
  expect((await readFile(join(folder, "capture.pcapng"))).includes("MESSAGE=trigger session\n")).toBe(true);
});

test("a guest that doesn't read loses frames, counted, and slows nobody", async () => {
  const running = await start({ nics: ["a", "b", "c"].map((node) => ({ node, nic: 0 })), queueBytes: 100_000 });
  const [a, deaf, c] = [await plug(running, "a"), await plug(running, "b", false), await plug(running, "c")];
  deaf.send(testFrame({ from: "b", payload: "hello" }));
  await Promise.all([a.received(1), c.received(1)]);
  const payload = Buffer.alloc(1158);
  for (let i = 0; i < 2_000; i++) a.send(testFrame({ from: "a", to: "b", payload }));
  await settle(a, c, "a", "c");
  const { ports, dropped } = running.stats();
  const lost = ports["b.0"]?.droppedQueueFull ?? 0;
  expect(lost).toBeGreaterThan(1_000);
  expect((ports["b.0"]?.framesOut ?? 0) + lost).toBe(2_001);
  expect(dropped).toEqual({ port: lost });
  expect(ports["c.0"]).toMatchObject({ droppedQueueFull: 0 });
});

test("a frame for a guest that isn't there is counted; the port takes the next connection", async () => {
  const running = await start();
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  b.send(testFrame({ from: "b", payload: "hello" }));
  await a.received(1);
  b.socket.destroy();
  await b.closed();
  let again = await plug(running, "b");
  while (running.stats().ports["b.0"]?.connections !== 2) again = await plug(running, "b");
  await settle(a, again, "a", "b");
  expect(running.stats().ports["b.0"]).toMatchObject({ connected: true, connections: 2 });
});

test("nobody takes over a connected port", async () => {
  const running = await start();
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  await settle(a, b, "a", "b");
  const intruder = await plug(running, "b");
  await intruder.closed();
  await settle(a, b, "a", "b");
  expect(running.stats().ports["b.0"]).toMatchObject({ connections: 1, refusedConnections: 1 });
});

test("a stream that can't be frames is closed and says why; the others go on", async () => {
  const running = await start({ nics: ["a", "b", "c"].map((node) => ({ node, nic: 0 })) });
  const [a, b, c] = [await plug(running, "a"), await plug(running, "b"), await plug(running, "c")];
  b.socket.write(Buffer.from("GET / HTTP/1.0\r\n\r\n"));
  await b.closed();
  expect(running.stats().ports["b.0"]).toMatchObject({ connected: false });
  expect(running.stats().ports["b.0"]?.closedBecause).toMatch(/fabric-frame-too-long/);
  await settle(a, c, "a", "c");
});

test("a guest killed in the middle of a frame leaves nothing behind", async () => {
  const running = await start();
  const [a, b] = [await plug(running, "a"), await plug(running, "b")];
  a.socket.end(Buffer.from([0, 0, 0, 100, 1, 2, 3]));
  await a.closed();
  let again = await plug(running, "a");
  while (running.stats().ports["a.0"]?.connections !== 2) again = await plug(running, "a");
  await settle(again, b, "a", "b");
  expect(b.frames.map(payloadOf)).toEqual(["settle"]);
});

test("stop removes sockets, is idempotent, and forgets what is delayed", async () => {
  const running = await start({ links: [{ from: "*", to: "*", spec: { delayMs: 3_600_000 } }] });
  const path = running.socketPath("a", 0);
  const a = await plug(running, "a");
  a.send(testFrame({ from: "a", to: "b" }));
  expect(existsSync(path)).toBe(true);
  const stats = await running.stop();
  expect(await running.stop()).toBe(stats);
  expect(existsSync(path)).toBe(false);
  await a.closed();
});

test("a port that can't listen leaves no other one listening", async () => {
  const listen = Reflect.get(Server.prototype, "listen") as (...args: unknown[]) => Server;
  const servers: Server[] = [];
  const makeSecondFail = vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server, ...args) {
    const path = String(args[0]);
    // The first is the socket folder's own.
    if (servers.push(this) === 3) mkdirSync(path);
    return listen.apply(this, args);
  });
  await expect(start()).rejects.toMatchObject({ code: "fabric-socket" });
  makeSecondFail.mockRestore();
  expect(servers.map(({ listening }) => listening)).toEqual([false, false, false]);
});

test("errors at the start have a code and leave nothing", async () => {
  await expect(start({ captureFile: join(folder, "no", "such") })).rejects.toMatchObject({ code: "fabric-file" });
  const spec = { faults: [{ kind: "drop" as const, chance: 2 }] };
  await expect(start({ links: [{ from: "a", to: "b", spec }] })).rejects.toMatchObject({ code: "LINK_SPEC" });
  expect(fabric).toBeUndefined();
  const running = await start();
  expect(() => running.socketPath("z", 0)).toThrow(expect.objectContaining({ code: "fabric-socket" }));
});
