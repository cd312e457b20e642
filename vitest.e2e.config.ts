import { defineConfig } from "vitest/config";

/** Tests that boot machines: one after the other, for they need both cores and an image. */
export default defineConfig({
  test: {
    include: ["harness/e2e/**/*.test.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
