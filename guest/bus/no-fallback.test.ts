/** A peer that has proved who it is over udp-sec is not dialled over tcp, whatever becomes of the handshake. */
import { expect, test } from "vitest";
import { busConfiguration, makeBus, peerOf } from "./loopback.fixture.ts";
import { PORT, SmallWorld } from "./small-world.fixture.ts";

/** 5 ms each way: MSG1 arrives at 5, MSG2 at 10, MSG3 at 15. */
async function dialledUntilGone(goneAfterMs: number) {
  const world = new SmallWorld();
  await world.done(world.listen("listener", "10.0.0.2"));
  const dialler = makeBus(busConfiguration("dialler", { mode: "auto" }), world.runtimeOf("10.0.0.1"));
  const dial = dialler.bus.dial({ ...peerOf("listener", PORT), host: "10.0.0.2" }).then(
    () => "a session",
    (error: { readonly code?: unknown }) => error.code,
  );
  await world.runUntil(new Promise<never>(() => undefined), world.queue.nowMs + goneAfterMs);
  world.network.setHostUp("10.0.0.2", false);
  const startMs = world.queue.nowMs;
  await world.runUntil(dial, startMs + 60_000);
  return { outcome: await dial, dialler, tookMs: world.queue.nowMs - startMs };
}

// Requirement: H-36
test("MSG2 came, and then nothing: no fallback, and none remembered", async () => {
  const { outcome, dialler, tookMs } = await dialledUntilGone(12);
  expect(outcome).toBe("BUS_TIMEOUT");
  expect([dialler.fallbacks, dialler.bus.isFallbackRemembered(peerOf("listener", 0).deviceId)]).toEqual([[], false]);
  expect(tookMs).toBeGreaterThan(9_900);
});

test("nothing ever came: tcp is tried after 3 s, and that is remembered", async () => {
  const { dialler } = await dialledUntilGone(2);
  expect([dialler.fallbacks, dialler.bus.isFallbackRemembered(peerOf("listener", 0).deviceId)]).toEqual([
    ["listener"],
    true,
  ]);
});
