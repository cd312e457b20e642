import { expect, test, vi } from "vitest";
import { diagnose } from "./diagnose.ts";

vi.mock(import("node:os"), async (original) => ({ ...(await original()), freemem: () => 0 }));

test.runIf(process.platform === "linux")("memory that only caches files counts as free", async () => {
  const memory = (await diagnose()).find(({ name }) => name === "memory");
  expect(memory?.detail).toMatch(/^[1-9]\d* MiB of memory free/);
});
