import { expect, test } from "vitest";
import { StreamEnd } from "../../core/mux/stream-pair.fixture.ts";
import { BusSession } from "./bus-session.ts";
import { ManualClock } from "./manual-clock.fixture.ts";

test("a session whose peer is heard wakes nobody; one whose peer has fallen silent does, after six seconds", () => {
  const clock = new ManualClock();
  const connection = new StreamEnd("responder", 1024);
  const wokenMs: number[] = [];
  const session = new BusSession(
    {
      connection,
      peerDeviceId: "peer",
      dialled: false,
      isConfirmed: true,
      wake: () => wokenMs.push(clock.nowMs()),
      replace: () => undefined,
      stats: () => ({}),
    },
    clock,
  );
  for (; clock.nowMs() < 60_000; clock.advanceTo(clock.nowMs() + 5_000)) connection.lastReceiptMs = clock.nowMs();
  expect([wokenMs, session.end]).toEqual([[], undefined]);
  clock.advanceTo(62_000);
  expect(wokenMs).toEqual([61_000]);
});
