import { expect, test } from "vitest";
import { Liveness } from "./liveness.ts";

const PROBE_TIMEOUT_MS = 26;

// Requirements: L-8, L-17
test("PINGs of connections that fell silent shortly after each other are due together, none too early or a sixtieth too late", () => {
  const deadlines = [50_001, 50_100, 50_249, 50_250].map((heardMs) => {
    const liveness = new Liveness(15_000, "responder", 0);
    liveness.onReceipt(heardMs);
    return liveness.pingDeadlineMs(PROBE_TIMEOUT_MS);
  });
  expect(deadlines).toEqual([57_750, 57_750, 57_750, 57_750]);
});

// Requirement: L-17
test("an initiator waits two steps more, so that its responder has asked", () => {
  const deadlines = [50_001, 50_250].map((heardMs) => {
    const liveness = new Liveness(15_000, "initiator", 0);
    liveness.onReceipt(heardMs);
    return liveness.pingDeadlineMs(PROBE_TIMEOUT_MS);
  });
  expect(deadlines).toEqual([58_250, 58_250]);
});

// Requirement: L-17
test("one that waits for its answer asks again with each step, and from the next receipt on as the first time", () => {
  const liveness = new Liveness(3_000, "responder", 0);
  liveness.onPing(1_500);
  expect(liveness.pingDeadlineMs(PROBE_TIMEOUT_MS)).toBe(1_550);
  liveness.onPing(1_550);
  expect(liveness.pingDeadlineMs(PROBE_TIMEOUT_MS)).toBe(1_600);
  liveness.onReceipt(1_610);
  expect(liveness.pingDeadlineMs(PROBE_TIMEOUT_MS)).toBe(3_150);
});

test("nobody asks again before a probe timeout has passed: the answer may be on its way", () => {
  const liveness = new Liveness(15_000, "responder", 0);
  liveness.onPing(7_500);
  expect(liveness.pingDeadlineMs(650)).toBe(8_150);
});
