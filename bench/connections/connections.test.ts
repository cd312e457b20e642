import { afterEach, expect, test } from "vitest";
import { Crowd } from "./crowd.ts";
import { LOOPBACK } from "../device/device.ts";
import { makeCrowdedBus } from "./crowded-bus.ts";
import { jainIndex } from "../../guest/sim/scenarios/jain-index.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

test("Jain's index", () => {
  expect(jainIndex([5, 5, 5])).toBe(1);
  expect(jainIndex([1, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([])).toBe(0);
});

test.each(["udp-sec", "tcp"] as const)(
  "100 connections to one daemon over %s, all transferring, none starved",
  async (mode) => {
    const size = 100;
    const daemon = makeCrowdedBus({ mode, crypto: "native", connections: size });
    const crowd = new Crowd(size, mode);
    cleanups.push(
      () => crowd.close(),
      () => daemon.close(0),
    );
    const { port } = await daemon.listen({ host: LOOPBACK, port: 0 });
    await crowd.connect(port);
    expect([crowd.connected, daemon.sessions.size]).toEqual([size, size]);
    const shares = await crowd.transfer(size * 24 * 1024);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(jainIndex(shares)).toBeGreaterThanOrEqual(0.9);
    expect(crowd.connected).toBe(size);
  },
  120_000,
);
