import { expect, test } from "vitest";
import { judgeEntropy } from "./entropy-gate.ts";
import type { EntropyDemand, EntropyVerdict } from "./entropy-gate.ts";

const open: EntropyVerdict = { isOpen: true };
const uninitialised: EntropyVerdict = { isOpen: false, reason: "kernel-not-initialised" };
const noSource: EntropyVerdict = { isOpen: false, reason: "no-hardware-source" };

const rows: readonly [EntropyDemand, boolean, string | undefined, EntropyVerdict][] = [
  ["hardware", true, "virtio_rng.0", open],
  ["hardware", true, undefined, noSource],
  ["hardware", true, "", noSource],
  ["hardware", false, "virtio_rng.0", uninitialised],
  ["hardware", false, undefined, uninitialised],
  ["kernel", true, "virtio_rng.0", open],
  ["kernel", true, undefined, open],
  ["kernel", false, "virtio_rng.0", uninitialised],
  ["kernel", false, undefined, uninitialised],
];

// Requirements: S-8, S-9
test.each(rows)(
  "policy %s, kernel initialised %s, source %s",
  (policy, kernelInitialised, hardwareSource, expected) => {
    expect(judgeEntropy({ kernelInitialised, hardwareSource }, policy)).toEqual(expected);
  },
);

test.each([
  ["hardware", 1_000, open],
  ["hardware", 1, open],
  ["hardware", undefined, open],
  ["hardware", 0, { isOpen: false, reason: "hardware-source-not-credited" }],
  ["kernel", 0, open],
] as const)("policy %s, a source credited with %s", (policy, hardwareQuality, expected) => {
  const reading = { kernelInitialised: true, hardwareSource: "virtio_rng.0", hardwareQuality };
  expect(judgeEntropy(reading, policy)).toEqual(expected);
});
