/** A gate that opens late, ports, the status over the control channel, and metrics of many sessions. */
import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  busConfiguration,
  crypto,
  GOOD_ENTROPY,
  LOOPBACK,
  makeBus,
  peerOf,
  RecordingConsole,
  testRuntime,
} from "../bus/loopback.fixture.ts";
import { keyLogTo } from "../bus/drivers/key-log.ts";
import { MAX_REPORTED_SESSIONS } from "../bus/bus.ts";
import { askForStatus } from "../services/status/status-client.ts";
import { STATUS_SERVICE } from "../services/status/status-server.ts";
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { MARKERS } from "../../contract/markers.ts";
import { type EntropyStatus, type Runtime, SocketError } from "../runtime/runtime.ts";
import { ManualClock } from "../bus/sessions/manual-clock.fixture.ts";
import { PRODUCT_SERVICES } from "../services/product-services.ts";
import { EVERY_SERVICE } from "../services/every-service.ts";
import { Daemon, GATE_RECHECK_MS } from "./daemon.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(runtime: Runtime, overrides: Partial<DaemonConfiguration> = {}): Promise<Daemon> {
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration("daemon", { peers: [peerOf("asker", 0)] }),
    listen: { host: LOOPBACK, port: 0 },
    ...overrides,
  };
  const daemon = await Daemon.start({ runtime, crypto, configuration, services: EVERY_SERVICE });
  cleanups.push(() => daemon.stop());
  return daemon;
}

function gated(console: RecordingConsole) {
  const clock = new ManualClock();
  const gate: { entropy: EntropyStatus } = { entropy: { kernelInitialised: true, hardwareSource: undefined } };
  const base = testRuntime(console);
  const entropy = { randomBytes: (length: number) => base.entropy.randomBytes(length), status: () => gate.entropy };
  const runtime: Runtime = {
    ...base,
    entropy,
    clock: { nowMs: () => clock.nowMs(), setTimer: (a, c) => clock.setTimer(a, c) },
  };
  return { clock, gate, runtime };
}

// Requirement: X-1
test("status tells of a key log and of dropped events, and only then", async () => {
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration("daemon", {}),
    listen: { host: LOOPBACK, port: 0 },
  };
  const console = new RecordingConsole();
  const plain = await start(testRuntime(console), { mode: "tcp" });
  expect(Object.keys(await plain.status())).not.toEqual(expect.arrayContaining(["keyLog"]));
  const runtime = testRuntime(Object.assign(console, { dropped: { events: 3, lines: 0 } }));
  const keyLog = keyLogTo(console);
  const logging = await Daemon.start({ runtime, crypto, configuration, keyLog, services: PRODUCT_SERVICES });
  cleanups.push(() => logging.stop());
  const told = { keyLog: true, dropped: { events: 3, lines: 0 }, services: ["control", "status"] };
  expect(await logging.status()).toMatchObject(told);
});

// Requirement: S-10
test("a shut gate is looked at once a second, and opens", async () => {
  const console = new RecordingConsole();
  const { clock, gate, runtime } = gated(console);
  const daemon = await start(runtime, { mode: "tcp" });
  clock.advanceTo(10 * GATE_RECHECK_MS);
  expect([daemon.state, clock.timersSet, console.markers]).toEqual(["blocked", 11, [MARKERS.rngBlocked]]);
  const believed = { kernelInitialised: true, hardwareSource: undefined };
  expect(console.of(EventKind.BLOCKED)).toEqual([{ reason: "no-hardware-source", entropy: believed }]);
  gate.entropy = { ...GOOD_ENTROPY, hardwareSource: "virtio_rng.0" };
  clock.advanceTo(11 * GATE_RECHECK_MS);
  await expect.poll(() => daemon.state).toBe("serving");
  expect(console.of(EventKind.UNBLOCKED)).toHaveLength(1);
  expect(console.of(EventKind.LISTENING)).toMatchObject([{ port: daemon.port, tcp: true, entropy: gate.entropy }]);
});

// Requirements: S-8, S-10
test("a source that the kernel credits with nothing doesn't open the gate; what is believed is told", async () => {
  const console = new RecordingConsole();
  const { clock, gate, runtime } = gated(console);
  const uncredited = { kernelInitialised: true, hardwareSource: "virtio_rng.0", hardwareQuality: 0 };
  gate.entropy = uncredited;
  const daemon = await start(runtime, { mode: "tcp" });
  expect([daemon.state, daemon.port, console.markers]).toEqual(["blocked", undefined, [MARKERS.rngBlocked]]);
  const blocked = { reason: "hardware-source-not-credited", entropy: uncredited };
  expect(console.of(EventKind.BLOCKED)).toEqual([blocked]);
  expect(await daemon.status()).toMatchObject({ state: "blocked", entropy: uncredited });
  const credited = { ...uncredited, hardwareQuality: 1 };
  gate.entropy = credited;
  clock.advanceTo(GATE_RECHECK_MS);
  await expect.poll(() => daemon.state).toBe("serving");
  expect(console.of(EventKind.LISTENING)).toMatchObject([{ entropy: credited }]);
  expect(await daemon.status()).toMatchObject({ state: "serving", entropy: credited });
});

test("a daemon that is stopped looks no more", async () => {
  const { clock, runtime } = gated(new RecordingConsole());
  const daemon = await start(runtime);
  await daemon.stop();
  expect(clock.pending).toEqual([]);
});

test("a daemon that can't serve when its gate opens says so", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, LOOPBACK, resolve));
  cleanups.push(() => new Promise((resolve) => taken.close(resolve)));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { clock, gate, runtime } = gated(new RecordingConsole());
  const daemon = await start(runtime, { mode: "tcp", listen: { host: LOOPBACK, port } });
  gate.entropy = { ...GOOD_ENTROPY, hardwareSource: "virtio_rng.0" };
  clock.advanceTo(GATE_RECHECK_MS);
  expect(await daemon.failed).toMatchObject({ code: "BUS_UNAVAILABLE", detail: "EADDRINUSE" });
});

describe("port 0", () => {
  /** TCP's twin of the first `failures` ports is taken. */
  function withTakenTwins(failures: number) {
    const base = testRuntime();
    const tried: number[] = [];
    const listen: Runtime["tcp"]["listen"] = (local, onConnection) => {
      tried.push(local.port);
      if (tried.length <= failures) return Promise.reject(new SocketError("EADDRINUSE", "taken"));
      return base.tcp.listen(local, onConnection);
    };
    const connect: Runtime["tcp"]["connect"] = (remote, deadlineMs) => base.tcp.connect(remote, deadlineMs);
    return { tried, runtime: { ...base, tcp: { listen, connect } } };
  }

  test("another one is tried when TCP's twin is taken", async () => {
    const { tried, runtime } = withTakenTwins(7);
    const daemon = await start(runtime);
    expect([tried.length, daemon.port]).toEqual([8, tried.at(-1)]);
  });

  test("eight times, not for ever; and a port that was asked for, once", async () => {
    const { tried, runtime } = withTakenTwins(Infinity);
    await expect(start(runtime)).rejects.toMatchObject({ detail: "EADDRINUSE" });
    expect(tried).toHaveLength(8);
    const again = withTakenTwins(Infinity);
    const listen = { host: LOOPBACK, port: tried[0] ?? 1 };
    await expect(start(again.runtime, { listen })).rejects.toMatchObject({ detail: "EADDRINUSE" });
    expect(again.tried).toHaveLength(1);
  });
});

test.each(["udp-sec", "tcp"] as const)(
  "the status is told over %s",
  async (mode) => {
    const daemon = await start(testRuntime(), { mode: "auto", limits: { connections: 7 } });
    const asker = makeBus(busConfiguration("asker", { mode }));
    cleanups.push(() => asker.bus.close(0));
    const session = await asker.bus.dial(peerOf("daemon", daemon.port ?? 0));
    const status = await askForStatus(await session.open(STATUS_SERVICE, 1));
    expect(status).toMatchObject({
      state: "serving",
      port: daemon.port,
      discovery: "off",
      liveSessions: 1,
      mode: "auto",
    });
    expect(status["life"]).toMatch(/^[0-9a-f]{16}$/);
    expect(status["services"]).toContain("control");
    expect(status["sessions"]).toMatchObject([{ peer: peerOf("asker", 0).deviceId, transport: mode }]);
    session.close();
    await session.closed;
  },
  30_000,
);

test("limits of the configuration reach the endpoint", async () => {
  const daemon = await start(testRuntime(), {
    mode: "udp-sec",
    allowUnknownPeers: true,
    limits: { receiveBudgetBytes: 256 * 1024 },
  });
  const [one, two] = ["one", "two"].map((name) => makeBus(busConfiguration(name, { mode: "udp-sec" })).bus);
  cleanups.push(async () => Promise.all([one?.close(0), two?.close(0)]));
  const target = peerOf("daemon", daemon.port ?? 0);
  const session = await one?.dial(target);
  await expect(two?.dial(target)).rejects.toMatchObject({ code: "BUS_BUSY" });
  session?.close();
}, 30_000);

test("metrics and status of many sessions stay bounded, and tell how many there are", async () => {
  const console = new RecordingConsole();
  const limits = { handshakeBurst: MAX_REPORTED_SESSIONS + 1 };
  const daemon = await start(testRuntime(console), { mode: "tcp", allowUnknownPeers: true, limits });
  const target = peerOf("daemon", daemon.port ?? 0);
  const many = MAX_REPORTED_SESSIONS + 1;
  for (let index = 0; index < many; index += 1) {
    const { bus } = makeBus(busConfiguration(`device ${index}`, { mode: "tcp" }));
    cleanups.push(() => bus.close(0));
    await bus.dial(target);
  }
  const status = await daemon.status();
  expect([status["liveSessions"], (status["sessions"] as unknown[]).length]).toEqual([many, MAX_REPORTED_SESSIONS]);
  expect(JSON.stringify(status).length).toBeLessThan(1024 * 1024);
  await expect.poll(() => console.of(EventKind.METRICS).at(-1)?.["liveSessions"], { timeout: 5_000 }).toBe(many);
  const [metrics] = console.of(EventKind.METRICS).slice(-1);
  expect(metrics?.["sessions"]).toHaveLength(4);
  expect(JSON.stringify(metrics).length).toBeLessThan(16 * 1024);
}, 60_000);
