import { defineConfig } from "vitest/config";

/** Tests that boot machines and wait: for a run to be out of time, or for a person at a terminal. Minutes each. */
export default defineConfig({
  test: {
    include: ["harness/e2e/attach.test.ts", "harness/e2e/hang.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
