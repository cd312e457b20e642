import { defineConfig } from "vitest/config";

/** Tests in which another's tool captures or reads packets: Debian's tshark, which is installed for them. */
export default defineConfig({
  test: {
    include: ["harness/wireshark/tshark/**/*.test.ts", "harness/cli/judge-loopback.test.ts"],
    globalSetup: ["harness/wireshark/tshark/set-up.ts"],
    pool: "forks",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
