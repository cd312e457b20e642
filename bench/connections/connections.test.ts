import { afterEach, expect, test, vi } from "vitest";
import { BusError } from "../../guest/bus/sessions/bus-error.ts";
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

test("who sends for ever is counted at both ends, and a connection that ends is told", async () => {
  let takenBytes = 0;
  const options = { mode: "udp-sec", crypto: "native", connections: 2 } as const;
  const daemon = makeCrowdedBus(options, (bytes) => (takenBytes += bytes));
  const crowd = new Crowd(2, "udp-sec");
  cleanups.push(
    () => crowd.close(),
    () => daemon.close(0),
  );
  const { port } = await daemon.listen({ host: LOOPBACK, port: 0 });
  await crowd.connect(port);
  await crowd.sendForEver();
  await vi.waitFor(() => expect(Math.min(...crowd.sentBytes)).toBeGreaterThan(1024 * 1024), { timeout: 60_000 });
  const sentBytes = crowd.sentBytes.reduce((sum, bytes) => sum + bytes, 0);
  expect(takenBytes).toBeGreaterThan(0);
  // Each may be in the middle of a piece.
  expect(takenBytes).toBeLessThanOrEqual(sentBytes + 2 * 16 * 1024);
  await daemon.close(0);
  await vi.waitFor(() => expect(() => crowd.sentBytes).toThrow(BusError), { timeout: 60_000 });
}, 120_000);
