/** A bus that is closed while a dial is under way: the dial fails, and nothing new begins. */
import { expect, test } from "vitest";
import type { TransportMode } from "../../contract/configuration.ts";
import { busConfiguration, makeBus, peerOf } from "./loopback.fixture.ts";
import { PORT, SmallWorld } from "./small-world.fixture.ts";

async function closedWhileDialling(mode: TransportMode, isThere: boolean, closeAfterMs: number) {
  const world = new SmallWorld();
  const listener = await world.done(world.listen("listener", "10.0.0.2"));
  world.network.setHostUp("10.0.0.2", isThere);
  const dialler = makeBus(busConfiguration("dialler", { mode }), world.runtimeOf("10.0.0.1"));
  const dial = dialler.bus.dial({ ...peerOf("listener", PORT), host: "10.0.0.2" }).then(
    () => "a session",
    (error: { readonly code?: unknown }) => error.code,
  );
  await world.runUntil(new Promise<never>(() => undefined), world.queue.nowMs + closeAfterMs);
  const closing = dialler.bus.close(0);
  await world.runUntil(Promise.all([dial, closing]), world.queue.nowMs + 20_000);
  await world.runUntil(new Promise<never>(() => undefined), world.queue.nowMs + 100);
  const linksSoonAfter = listener.bus.stats()["tcp"];
  // Whatever had been begun would show by now.
  await world.runUntil(new Promise<never>(() => undefined), world.queue.nowMs + 5_000);
  return { outcome: await dial, dialler, listener, linksSoonAfter };
}

test.each(["auto", "udp-sec", "tcp"] as const)("%s to a peer that is away: no fallback, no session", async (mode) => {
  const { outcome, dialler } = await closedWhileDialling(mode, false, 100);
  expect([outcome, dialler.fallbacks, dialler.sessions]).toEqual(["BUS_CLOSED", [], []]);
  expect(dialler.bus.isFallbackRemembered(peerOf("listener", 0).deviceId)).toBe(false);
});

test.each([
  ["auto", 0],
  ["udp-sec", 0],
  ["tcp", 0],
  ["auto", 6],
  ["udp-sec", 6],
  ["tcp", 6],
] as const)("%s to a peer that answers, closed after %i ms: no session stays", async (mode, closeAfterMs) => {
  const { outcome, dialler, listener, linksSoonAfter } = await closedWhileDialling(mode, true, closeAfterMs);
  expect([outcome, dialler.fallbacks, dialler.bus.sessions.size]).toEqual(["BUS_CLOSED", [], 0]);
  expect(dialler.bus.stats()["tcp"]).toEqual({ links: 0, unauthenticated: 0 });
  expect(listener.bus.sessions.size).toBe(0);
  // TCP that connected too late was let go at once, not when its handshake timed out.
  expect(linksSoonAfter).toEqual({ links: 0, unauthenticated: 0 });
});
