import { expect, test } from "vitest";
import { Liveness } from "./liveness.ts";

test("PINGs of connections that fell silent shortly after each other are due together, none too early or a sixtieth too late", () => {
  const deadlines = [50_001, 50_100, 50_249, 50_250].map((heardMs) => {
    const liveness = new Liveness(15_000, 0);
    liveness.onReceipt(heardMs);
    return liveness.pingDeadlineMs;
  });
  expect(deadlines).toEqual([55_250, 55_250, 55_250, 55_250]);
});

test("one that waits for its answer asks no more, and is asked for again after the next receipt", () => {
  const liveness = new Liveness(3_000, 0);
  liveness.onPing();
  expect(liveness.pingDeadlineMs).toBeUndefined();
  liveness.onReceipt(1_010);
  expect(liveness.pingDeadlineMs).toBe(2_050);
});
