import { defineConfig } from "vitest/config";

/**
 * Tests that boot machines: one after the other, for they need both cores and an image. Those that wait for a run to be out of time, or for a
 * person, take minutes: `scripts/test.sh --thorough` has them, by a configuration of their own.
 */
export default defineConfig({
  test: {
    include: ["harness/e2e/**/*.test.ts"],
    exclude: ["harness/e2e/attach.test.ts", "harness/e2e/hang.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
