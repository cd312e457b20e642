/** What a forged announcement gets out of a daemon, in virtual time: MSG1 are 1,200 bytes to whoever the forger names. */
import { expect, test } from "vitest";
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import { busConfiguration, crypto, peerOf } from "../bus/loopback.fixture.ts";
import { SmallWorld } from "../bus/small-world.fixture.ts";
import { encodeAnnouncement } from "../core/index.ts";
import { PRODUCT_SERVICES } from "../services/product-services.ts";
import { Daemon } from "./daemon.ts";

const DAEMON = "10.0.0.1";
/** The table takes 16 devices from one address: more of them take two. */
const VICTIMS = ["10.0.0.8", "10.0.0.9"] as const;
const DISCOVERY = 37_020;
const SERVICE = 37_010;
const TIME_TO_LIVE_MS = 20_000;
const unending = new Promise<never>(() => undefined);

/** A daemon that looks for `names`, and two victims that count what reaches them. */
async function worldWith(names: readonly string[]) {
  const world = new SmallWorld();
  const configuration: DaemonConfiguration = {
    kind: "dsoftbusd",
    ...busConfiguration("daemon", {
      mode: "udp-sec",
      peers: names.map((name) => ({ ...peerOf(name, 0), dial: true })),
    }),
    listen: { host: DAEMON, port: SERVICE },
    discovery: {
      bind: { host: DAEMON, port: DISCOVERY },
      announceTo: [],
      intervalMs: 5_000,
      timeToLiveMs: TIME_TO_LIVE_MS,
      trust: "peer-table",
    },
  };
  const runtime = world.runtimeOf(DAEMON);
  await world.done(Daemon.start({ runtime, crypto, configuration, services: PRODUCT_SERVICES }));
  let received = 0;
  const bind = async (host: string) => {
    const victim = await world.done(world.runtimeOf(host).udp.bind({ host, port: SERVICE }));
    victim.onDatagrams((batch) => (received += batch.length));
    return victim;
  };
  const victims = [await bind(VICTIMS[0]), await bind(VICTIMS[1])];
  /** From a victim's address, though it sent nothing. */
  const announce = (name: string, victim = 0): void => {
    const { deviceId, staticKey } = peerOf(name, 0);
    const datagram = encodeAnnouncement({ deviceId, staticKey, port: SERVICE, services: [] });
    victims[victim]?.send(datagram, { host: DAEMON, port: DISCOVERY });
  };
  const pass = (durationMs: number) => world.runUntil(unending, world.queue.nowMs + durationMs);
  return { announce, pass, received: () => received };
}

// Requirement: D-12
test("one announcement is worth two MSG1, however long it lives", async () => {
  const { announce, pass, received } = await worldWith(["b"]);
  announce("b");
  await pass(TIME_TO_LIVE_MS + 60_000);
  expect(received()).toBe(2);
});

test("the next announcement is worth two more, after the dial of the first", async () => {
  const { announce, pass, received } = await worldWith(["b"]);
  for (let round = 0; round < 5; round += 1) {
    announce("b");
    await pass(15_000);
  }
  expect(received()).toBe(10);
});

// Requirement: D-18
test("a dial that nobody answers is over before an announcement two seconds later", async () => {
  const { announce, pass, received } = await worldWith(["b"]);
  announce("b");
  await pass(2_000);
  expect(received()).toBe(2);
  announce("b");
  await pass(1_000);
  expect(received()).toBe(4);
});

// Requirement: D-13
test("all announcements together start 16 dials at once", async () => {
  const names = Array.from({ length: 24 }, (_, index) => `b${index}`);
  const { announce, pass, received } = await worldWith(names);
  for (const [index, name] of names.entries()) announce(name, index % 2);
  await pass(100);
  expect(received()).toBe(16);
});
