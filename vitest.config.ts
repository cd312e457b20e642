import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "contract/**/*.test.ts",
      "guest/**/*.test.ts",
      "harness/**/*.test.ts",
      "images/**/*.test.ts",
      "scripts/**/*.test.ts",
      "bench/**/*.test.ts",
    ],
    // Whole-VM tests and those of pages have runs of their own (scripts/test.sh): they need an image and both cores, or a browser.
    exclude: ["harness/e2e/**", "harness/report/browser/**", "node_modules/**", "build/**"],
    // QEMU's death with its parent is bound to the thread that started it: processes, not worker threads.
    pool: "forks",
    testTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["guest/core/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.fixture.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
