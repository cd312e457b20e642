/** Dials that fail before anything leaves: what a daemon must be able to catch, for the target may have been announced by anybody. */
import { expect, test } from "vitest";
import { BusError } from "./sessions/bus-error.ts";
import { busConfiguration, makeBus, makePair, peerOf } from "./loopback.fixture.ts";

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => "no error",
    (error: unknown) => error,
  );
}

/** All of small order: X25519 has no shared secret with them (RFC 7748 6.1). */
const NO_SECRET_KEYS = ["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`];

test.each(["auto", "udp-sec", "tcp"] as const)(
  "a static key that no secret comes from: %s fails at once",
  async (mode) => {
    // Over TCP the handshake begins when TCP stands: hence a real listener.
    const pair = await makePair(mode);
    for (const staticKey of NO_SECRET_KEYS) {
      const error = await errorOf(pair.dialler.bus.dial({ ...pair.target, staticKey }));
      expect(error).toBeInstanceOf(BusError);
      expect(error).toMatchObject({ code: "BUS_TARGET" });
    }
    expect(pair.dialler.fallbacks).toEqual([]);
    await expect.poll(() => pair.listener.bus.stats()["tcp"]).toEqual({ links: 0, unauthenticated: 0 });
    await pair.close();
  },
);

test("an endpoint that is full says so: its last place is taken, one more is refused", async () => {
  const full = makeBus(busConfiguration("dialler", { mode: "udp-sec", limits: { connections: 1 } }));
  const first = errorOf(full.bus.dial(peerOf("nobody", 9)));
  const error = await errorOf(full.bus.dial(peerOf("nobody else", 9)));
  expect(error).toBeInstanceOf(BusError);
  expect(error).toMatchObject({ code: "BUS_UNAVAILABLE", detail: "ENDPOINT_FULL" });
  await full.bus.close(0);
  expect(await first).toMatchObject({ code: "BUS_CLOSED" });
});
