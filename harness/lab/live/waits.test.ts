import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startClock } from "../../worlds/live/clock.ts";
import { Waits, type Pace } from "./waits.ts";

test("time counts from the boot on, and on a slow machine as much less", async () => {
  const clock = startClock();
  let pace: Pace = { bootMs: undefined, scale: 1 };
  const waits = new Waits(clock, { drain: () => undefined, pace: () => pace, lastWords: () => "it said nothing" });
  let outcome: unknown;
  const wait = waits
    .until("a: ready", () => undefined, { within: "300ms" })
    .catch((error: unknown) => (outcome = error));
  await sleep(900);
  expect(outcome).toBeUndefined();
  const bootMs = clock.nowMs();
  pace = { bootMs, scale: 4 };
  await wait;
  expect(clock.nowMs() - bootMs).toBeGreaterThan(1_200);
  expect(outcome).toMatchObject({
    code: "lab-timed-out",
    message: "a: ready did not come within 1.2 s (0.3 s x scale 4.00)\nit said nothing",
  });
});
