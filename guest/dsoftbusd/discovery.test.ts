/** Discovery over real sockets on loopback, by unicast: who is found, who is dialled, who is refused. */
import { afterEach, expect, test } from "vitest";
import { busConfiguration, crypto, LOOPBACK, peerOf, RecordingConsole, testRuntime } from "../bus/loopback.fixture.ts";
import type { DaemonConfiguration, DiscoveryConfiguration, PeerConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { encodeAnnouncement } from "../core/index.ts";
import { EVERY_SERVICE } from "../services/every-service.ts";
import { Daemon } from "./daemon.ts";

const running: Daemon[] = [];
afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
});

const TRUSTING_TABLE: DiscoveryConfiguration = {
  bind: { host: LOOPBACK, port: 0 },
  announceTo: [],
  intervalMs: 100,
  timeToLiveMs: 1_000,
  trust: "peer-table",
};

async function start(name: string, discovery: Partial<DiscoveryConfiguration>, peers: readonly PeerConfiguration[]) {
  const console = new RecordingConsole();
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration(name, { mode: "udp-sec", peers }),
    listen: { host: LOOPBACK, port: 0 },
    discovery: { ...TRUSTING_TABLE, ...discovery },
  };
  const daemon = await Daemon.start({
    runtime: testRuntime(console),
    crypto,
    configuration,
    services: EVERY_SERVICE,
  });
  running.push(daemon);
  const status = async () => (await daemon.status())["discovery"] as Readonly<Record<string, number>>;
  const { port = 0 } = await status();
  return { console, daemon, status, announceHere: [{ host: LOOPBACK, port }] };
}

const somewhere = (name: string, overrides: Partial<PeerConfiguration> = {}): PeerConfiguration => {
  return { ...peerOf(name, 0), dial: true, ...overrides };
};
const sessionsOf = (console: RecordingConsole) => console.of(EventKind.SESSION_ESTABLISHED);

// Requirements: D-1, D-4
test("a device of the table is found and dialled; one that the table doesn't hold is only heard of", async () => {
  const a = await start("a", {}, [somewhere("b")]);
  await start("b", { announceTo: a.announceHere }, [peerOf("a", 0)]);
  await start("c", { announceTo: a.announceHere }, [peerOf("a", 0)]);
  await expect.poll(() => sessionsOf(a.console).length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => a.console.of(EventKind.DISCOVERED).length, { timeout: 10_000 }).toBe(2);
  expect(sessionsOf(a.console)).toMatchObject([{ peer: peerOf("b", 0).deviceId, dialled: true }]);
  const { services } = a.console.of(EventKind.DISCOVERED)[0] ?? {};
  expect(services).toContain("control");
  expect(await a.status()).toMatchObject({ devices: 2, malformed: 0, contradicted: 0 });
}, 30_000);

// Requirement: D-15
test("a device that comes with another key than the table has is refused, and so is noise", async () => {
  const a = await start("a", {}, [somewhere("b", { staticKey: peerOf("another", 0).staticKey })]);
  await start("b", { announceTo: a.announceHere }, [peerOf("a", 0)]);
  await expect.poll(() => a.console.of(EventKind.DISCOVERY_REFUSED).length, { timeout: 10_000 }).toBe(1);
  expect(a.console.of(EventKind.DISCOVERY_REFUSED)[0]).toEqual({
    device: peerOf("b", 0).deviceId,
    reason: "key-differs",
  });
  const [target] = a.announceHere;
  const sender = await testRuntime().udp.bind({ host: LOOPBACK, port: 0 });
  if (target !== undefined) sender.send(Uint8Array.of(1, 2, 3), target);
  await expect.poll(async () => (await a.status())["malformed"], { timeout: 10_000 }).toBe(1);
  sender.close();
  expect(sessionsOf(a.console)).toEqual([]);
}, 30_000);

// Requirement: D-1
test("trust on first use: the handshake still decides who it is", async () => {
  const a = await start("a", { trust: "trust-on-first-use" }, []);
  const b = await start("b", {}, [peerOf("a", 0)]);
  const [target] = a.announceHere;
  const { deviceId, staticKey } = peerOf("b", 0);
  const liar = await testRuntime().udp.bind({ host: LOOPBACK, port: 0 });
  // Somebody else's name with b's key and address: b's proof names b.
  const lie = { deviceId: peerOf("c", 0).deviceId, staticKey, port: b.daemon.port ?? 0, services: [] };
  if (target !== undefined) liar.send(encodeAnnouncement(lie), target);
  await expect.poll(() => a.console.of(EventKind.DIAL_FAILED).length, { timeout: 10_000 }).toBe(1);
  expect(a.console.of(EventKind.DIAL_FAILED)[0]).toMatchObject({ code: "BUS_AUTHENTICATION" });
  if (target !== undefined) liar.send(encodeAnnouncement({ ...lie, deviceId }), target);
  await expect.poll(() => sessionsOf(a.console).length, { timeout: 10_000 }).toBe(1);
  expect(sessionsOf(a.console)).toMatchObject([{ peer: deviceId, dialled: true }]);
  liar.close();
}, 30_000);

test("trust on first use: an announced key that nobody can have is a failed dial", async () => {
  const a = await start("a", { trust: "trust-on-first-use" }, []);
  const [target] = a.announceHere;
  const liar = await testRuntime().udp.bind({ host: LOOPBACK, port: 0 });
  const lie = { deviceId: peerOf("c", 0).deviceId, staticKey: "00".repeat(32), port: 9, services: [] };
  if (target !== undefined) liar.send(encodeAnnouncement(lie), target);
  await expect.poll(() => a.console.of(EventKind.DIAL_FAILED).length, { timeout: 10_000 }).toBe(1);
  expect(a.console.of(EventKind.DIAL_FAILED)[0]).toMatchObject({ code: "BUS_TARGET" });
  liar.close();
}, 30_000);

test("a flood of made-up devices fills neither the table nor the event port", async () => {
  const a = await start("a", { intervalMs: 60_000, timeToLiveMs: 70_000 }, []);
  const [target] = a.announceHere;
  const flooder = await testRuntime().udp.bind({ host: LOOPBACK, port: 0 });
  for (let index = 0; index < 300; index += 1) {
    const deviceId = index.toString(16).padStart(64, "0");
    const announcement = { deviceId, staticKey: deviceId, port: 1, services: [] };
    if (target !== undefined) flooder.send(encodeAnnouncement(announcement), target);
  }
  await expect.poll(async () => (await a.status())["heard"], { timeout: 10_000 }).toBeGreaterThan(100);
  const { devices, heard = 0, unreportedEvents } = await a.status();
  expect([devices, a.console.of(EventKind.DISCOVERED).length]).toEqual([16, 32]);
  expect(unreportedEvents).toBe(heard - 32);
  flooder.close();
}, 30_000);

test("a discovery port that is taken is told", async () => {
  const a = await start("a", {}, []);
  const [bind] = a.announceHere;
  if (bind === undefined) throw new Error("no port");
  await expect(start("b", { bind }, [])).rejects.toMatchObject({ code: "BUS_UNAVAILABLE", detail: "EADDRINUSE" });
}, 30_000);
