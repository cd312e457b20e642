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
    // Whole-VM tests, and those that need a browser or another's tool for captures, have runs of their own (scripts/test.sh).
    exclude: [
      "harness/e2e/**",
      "harness/report/browser/**",
      "harness/wireshark/tshark/**",
      "harness/cli/judge-loopback.test.ts",
      "node_modules/**",
      "build/**",
    ],
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
