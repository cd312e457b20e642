import { afterEach, expect, test } from "vitest";
import { busConfiguration, crypto, LOOPBACK, peerOf, RecordingConsole, testRuntime } from "../bus/loopback.fixture.ts";
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { MARKERS } from "../../contract/markers.ts";
import { EVERY_SERVICE } from "../services/every-service.ts";
import { Daemon } from "./daemon.ts";

const running = new Set<Daemon>();
afterEach(async () => {
  for (const daemon of running) await daemon.stop();
  running.clear();
});

/** Lets a test wait for an event instead of for time. */
class WaitingConsole extends RecordingConsole {
  #waiters: (() => void)[] = [];

  override event(kind: string, data: Readonly<Record<string, unknown>>): void {
    super.event(kind, data);
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async until(condition: (console: this) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}

async function start(name: string, overrides: Partial<DaemonConfiguration>) {
  const console = new WaitingConsole();
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration(name, { mode: "udp-sec" }),
    listen: { host: LOOPBACK, port: 0 },
    ...overrides,
  };
  const daemon = await Daemon.start({
    runtime: testRuntime(console),
    crypto,
    configuration,
    services: EVERY_SERVICE,
  });
  running.add(daemon);
  return { daemon, console, port: daemon.port ?? 0 };
}

async function stop(daemon: Daemon): Promise<void> {
  running.delete(daemon);
  await daemon.stop();
}

test("a daemon keeps a session to the peer it dials, and dials again when the peer is back", async () => {
  const knowsB = { peers: [peerOf("b", 0)] };
  const first = await start("a", knowsB);
  const b = await start("b", { peers: [{ ...peerOf("a", first.port), dial: true }] });
  await b.console.until((console) => console.of(EventKind.SESSION_ESTABLISHED).length === 1);
  await first.console.until((console) => console.of(EventKind.SERVICE_DONE).length === 1);
  expect(first.console.markers).toContain(MARKERS.muxDataOk);
  await stop(first.daemon);
  await b.console.until((console) => console.of(EventKind.SESSION_CLOSED).length === 1);
  expect(b.console.of(EventKind.SESSION_CLOSED)[0]?.["end"]).toMatchObject({ name: "NO_ERROR", by: "peer" });

  const second = await start("a", { ...knowsB, listen: { host: LOOPBACK, port: first.port } });
  await second.console.until((console) => console.of(EventKind.SERVICE_DONE).length === 1);
  expect(b.console.of(EventKind.SESSION_ESTABLISHED)).toHaveLength(2);
  const [listenerUp, ...once] = b.console.markers;
  expect(listenerUp).toBe(MARKERS.listenerUp(b.port));
  expect(once).toEqual([MARKERS.sessionOk, MARKERS.selectedUdpSec, MARKERS.muxDataOk]);
}, 30_000);

test("a peer that refuses is left alone for the longest wait", async () => {
  const a = await start("a", {});
  const b = await start("b", { peers: [{ ...peerOf("a", a.port), dial: true }] });
  await b.console.until((console) => console.of(EventKind.DIAL_FAILED).length === 1);
  expect(b.console.of(EventKind.DIAL_FAILED)[0]).toMatchObject({ code: "BUS_AUTHENTICATION", retryInMs: 30_000 });
  expect(a.console.of(EventKind.SESSION_ESTABLISHED)).toEqual([]);
}, 30_000);

test("the status shows the policy and every session", async () => {
  const a = await start("a", { entropyPolicy: "kernel", peers: [peerOf("b", 0)] });
  const b = await start("b", { peers: [{ ...peerOf("a", a.port), dial: true }] });
  await b.console.until((console) => console.of(EventKind.SESSION_ESTABLISHED).length === 1);
  const status = await a.daemon.status();
  expect(status).toMatchObject({ state: "serving", port: a.port, entropyPolicy: "kernel", crypto: "native" });
  expect(status["sessions"]).toMatchObject([{ peer: peerOf("b", 0).deviceId, transport: "udp-sec", dialled: false }]);
}, 30_000);

test("a mode that demands a disabled udp-sec does not start", async () => {
  await expect(start("a", { udpSecEnabled: false })).rejects.toMatchObject({ code: "BUS_UNAVAILABLE" });
});
