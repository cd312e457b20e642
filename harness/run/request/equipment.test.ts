import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { guestFromTable } from "../../guests/table-guest.ts";
import { guestSchema, guestTableOf } from "../../profiles/guest-schema.ts";
import { equip } from "./equipment.ts";

test("what variants of one guest need is prepared once for all runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "equip-"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const qemu = join(folder, "qemu");
  writeFileSync(qemu, "#!/bin/sh\necho QEMU emulator version 9.0\n");
  chmodSync(qemu, 0o755);
  vi.stubEnv("UDPSEC_QEMU_RISCV64", qemu);
  const guests = [1, 2].map((smp) => {
    const written = { arch: "riscv64", smp, kernel: "k", prepare: ["sh", "-c", "echo built >> log; cp log k"] };
    return guestFromTable(guestTableOf(guestSchema.parse(written)), { name: `of-${smp}`, folder });
  });
  const { kinds } = await equip({
    ...{ guests, accelerator: "auto", announce: () => undefined, signal: new AbortController().signal },
  });
  expect([...kinds.values()].map(({ image }) => image.kernelPath)).toEqual([join(folder, "k"), join(folder, "k")]);
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("built\n");
});
