import { defineConfig } from "vitest/config";

/** Tests that show pages in a browser, which is installed for them. */
export default defineConfig({
  test: {
    include: ["harness/report/browser/**/*.test.ts"],
    globalSetup: ["harness/report/browser/set-up.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
