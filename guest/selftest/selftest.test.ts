/** The probes against the daemon on loopback, and against daemons that don't do what they should. */
import { afterEach, describe, expect, test } from "vitest";
import { BULK_SERVICE } from "../services/bulk/bulk-codec.ts";
import { receiveBulk } from "../services/bulk/bulk-transfer.ts";
import type { BusStream } from "../bus/sessions/bus-stream.ts";
import { CONTROL_SERVICE } from "../services/control/control-codec.ts";
import { ECHO_SERVICE } from "../services/echo/echo-server.ts";
import { GATE_SERVICE } from "../services/gate/gate-codec.ts";
import { SINK_SERVICE } from "../services/sink/sink-server.ts";
import {
  busConfiguration,
  crypto,
  LOOPBACK,
  makeBus,
  peerOf,
  RecordingConsole,
  testRuntime,
} from "../bus/loopback.fixture.ts";
import { StreamReader, writeMessage } from "../services/messages/stream-messages.ts";
import { type Service } from "../services/serving/service.ts";
import { serveSession } from "../services/serving/serve-session.ts";
import type { DaemonConfiguration, ProbeName, SelftestConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { MARKERS } from "../../contract/markers.ts";
import { Daemon } from "../dsoftbusd/daemon.ts";
import { SERVICE_NAMES } from "../../contract/service-names.ts";
import { EVERY_SERVICE } from "../services/every-service.ts";
import { chooseServices } from "../services/serving/choose-services.ts";
import { keyLogTo } from "../bus/drivers/key-log.ts";
import { runSelftest } from "./selftest.ts";

const NO_ENTROPY = { kernelInitialised: true, hardwareSource: undefined };
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startDaemon(overrides: Partial<DaemonConfiguration> = {}, entropy?: typeof NO_ENTROPY) {
  const console = new RecordingConsole();
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration("daemon", { peers: [peerOf("selftest", 0)] }),
    listen: { host: LOOPBACK, port: 0 },
    services: SERVICE_NAMES,
    ...overrides,
  };
  const runtime = testRuntime(console, entropy);
  const daemon = await Daemon.start({
    runtime,
    crypto,
    configuration,
    keyLog: keyLogTo(console),
    services: EVERY_SERVICE,
  });
  cleanups.push(() => daemon.stop());
  return { console, daemon, port: daemon.port ?? 9 };
}

async function probe(
  port: number,
  names: readonly ProbeName[],
  overrides: Partial<SelftestConfiguration> = {},
  entropy?: typeof NO_ENTROPY,
) {
  const console = new RecordingConsole();
  const configuration: SelftestConfiguration = {
    kind: "selftest",
    ...busConfiguration("selftest", { mode: "udp-sec", peers: [peerOf("daemon", port)] }),
    target: "daemon",
    probes: names.map((name) => ({ name, bytes: 64 * 1024, messages: 20 })),
    ...overrides,
  };
  const runtime = testRuntime(console, entropy);
  const hasPassed = await runSelftest({ runtime, crypto, configuration, keyLog: keyLogTo(console) });
  return { hasPassed, markers: console.markers, console };
}

test("the ladder of the enabled path, on both sides", async () => {
  const { console, port } = await startDaemon();
  const names: ProbeName[] = [
    "control",
    "bulk",
    "backpressure",
    "many-streams",
    "reset",
    "half-close",
    "identity-reject",
  ];
  const result = await probe(port, names);
  expect(result.console.of(EventKind.PROBE_FAILED)).toEqual([]);
  expect(result.markers).toEqual([MARKERS.controlOk, MARKERS.bulkOk, MARKERS.backpressureOk, MARKERS.identityRejectOk]);
  expect(console.markers).toEqual([
    MARKERS.listenerUp(port),
    MARKERS.sessionOk,
    MARKERS.selectedUdpSec,
    MARKERS.muxDataOk,
  ]);
  // The daemon has one session more: that of the unknown device, which it refused.
  expect(console.of(EventKind.SESSION_KEYS)[0]).toEqual(result.console.of(EventKind.SESSION_KEYS)[0]);
}, 30_000);

test("content is drawn from the seed of the run, whatever it is", async () => {
  const { console, port } = await startDaemon();
  // The bulk's own seed is made the highest: that of the way back is 0.
  const { markers } = await probe(port, ["control", "bulk"], { contentSeed: (0xffff_ffff ^ 0x5eed) >>> 0 });
  expect(markers).toEqual([MARKERS.controlOk, MARKERS.bulkOk]);
  expect(console.of(EventKind.SERVICE_DONE)).toContainEqual(expect.objectContaining({ service: "bulk/4294967295" }));
}, 30_000);

test("the ladder of the disabled path, on both sides", async () => {
  const { console, port } = await startDaemon({ udpSecEnabled: false });
  const result = await probe(port, ["fallback"], { mode: "auto", udpSecEnabled: false });
  expect([result.hasPassed, result.markers]).toEqual([true, [MARKERS.fallbackOk]]);
  expect(console.markers).toEqual([MARKERS.disabledFallbackTcp]);
}, 30_000);

test("a dialler that gets no answer says so itself, once", async () => {
  const { port } = await startDaemon({ mode: "tcp" });
  const result = await probe(port, ["fallback"], { mode: "auto" });
  expect(result.markers).toEqual([MARKERS.disabledFallbackTcp, MARKERS.fallbackOk]);
}, 30_000);

test("the ladder of the shut gate", async () => {
  const { console, daemon } = await startDaemon({}, NO_ENTROPY);
  expect([daemon.state, console.markers]).toEqual(["blocked", [MARKERS.rngBlocked]]);
  const result = await probe(9, ["rng-gate"], {}, NO_ENTROPY);
  expect(result.markers).toEqual([MARKERS.rngGateOk]);
}, 30_000);

describe("the rng-gate probe fails", () => {
  test("where the daemon listens", async () => {
    const { port } = await startDaemon();
    expect((await probe(port, ["rng-gate"], {}, NO_ENTROPY)).markers).toEqual([]);
  });

  test("where the own gate is open", async () => {
    expect((await probe(9, ["rng-gate"])).markers).toEqual([]);
  });
});

test("a marker that says udp-sec is not earned over tcp, nor fallback over udp-sec", async () => {
  const { port } = await startDaemon();
  expect((await probe(port, ["control"], { mode: "tcp" })).markers).toEqual([]);
  expect((await probe(port, ["fallback"], { mode: "auto" })).markers).toEqual([]);
  expect((await probe(port, ["fallback"], { mode: "tcp" })).markers).toEqual([]);
}, 30_000);

test("a daemon that lets anybody in fails identity-reject", async () => {
  const { port } = await startDaemon({ allowUnknownPeers: true });
  expect((await probe(port, ["identity-reject"])).markers).toEqual([]);
}, 30_000);

// Requirement: V-3
describe("a daemon fails", () => {
  const empty = new TextEncoder().encode("ok");

  /** A listener with the daemon's services but one. @returns what the self-test printed against it */
  async function markersAgainst(name: ProbeName, broken: [string, Service]): Promise<readonly string[]> {
    const runtime = testRuntime();
    const configuration = busConfiguration("daemon", { peers: [peerOf("selftest", 0)] });
    const listener = makeBus(configuration, runtime, (session) => {
      const host = { onVerified: () => undefined, status: async () => listener.bus.stats() };
      const honest = chooseServices(EVERY_SERVICE, SERVICE_NAMES, host);
      const services = new Map<string, Service>([...honest, broken]);
      serveSession(session, services, { runtime, crypto });
    });
    cleanups.push(() => listener.bus.close(0));
    const { port } = await listener.bus.listen({ host: LOOPBACK, port: 0 });
    return (await probe(port, [name])).markers;
  }

  async function echoChanged(stream: BusStream, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
    for await (const bytes of stream) await stream.write(change(bytes));
  }

  const flipLastBit = (bytes: Uint8Array): Uint8Array => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);

  test.each<[ProbeName, string, [string, Service]]>([
    ["control", "that answers something else", [CONTROL_SERVICE, async (stream) => writeMessage(stream, empty)]],
    ["control", "that echoes requests unread", [CONTROL_SERVICE, (stream) => echoChanged(stream, (bytes) => bytes)]],
    ["control", "whose bulk comes back changed", [ECHO_SERVICE, (stream) => echoChanged(stream, flipLastBit)]],
    ["bulk", "that ends bulk without a verdict", [BULK_SERVICE, async (stream) => void (await stream.read())]],
    [
      "bulk",
      "that sends nothing back",
      [BULK_SERVICE, async (stream) => void (await receiveBulk(new StreamReader(stream), stream, undefined, crypto))],
    ],
    ["bulk", "that sends back what came", [BULK_SERVICE, (stream) => echoChanged(stream, (bytes) => bytes)]],
    [
      "backpressure",
      "that reads the sink at once",
      [SINK_SERVICE, async (stream) => void (await new StreamReader(stream).some(1), await drain(stream))],
    ],
    ["backpressure", "that drains without looking", [GATE_SERVICE, async (stream) => writeMessage(stream, empty)]],
  ])(
    "%s %s",
    async (name, _how, broken) => {
      expect(await markersAgainst(name, broken)).toEqual([]);
    },
    30_000,
  );

  test.each<ProbeName>(["control", "bulk", "backpressure"])(
    "not if its %s is honest (the check of this test)",
    async (name) => {
      expect(
        await markersAgainst(name, [ECHO_SERVICE, (stream) => echoChanged(stream, (bytes) => bytes)]),
      ).toHaveLength(1);
    },
    30_000,
  );

  async function drain(stream: BusStream): Promise<void> {
    while ((await stream.read()) !== undefined);
  }
});
