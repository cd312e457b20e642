import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureQemu, qemuVersion } from "./find-qemu.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "find-qemu-"))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Makes it the QEMU that the user names. */
function name(program: string, script?: string): string {
  const path = join(folder, program);
  if (script !== undefined) appendFileSync(path, `#!/bin/sh\n${script}\n`);
  vi.stubEnv("UDPSEC_QEMU", path);
  return path;
}

const refused = (code: string, message: RegExp): object => ({
  ...{ code, kind: "cannot-run" },
  ...{ message: expect.stringMatching(message) as string, hint: expect.stringContaining("unset it") as string },
});
const unexpected = (line: string): never => expect.fail(`nothing is installed: ${line}`);

test("a QEMU that tells its version is taken, and asked once", async () => {
  const path = name("qemu", `echo asked >> ${folder}/calls; echo "QEMU emulator version 9.0.1 (Debian)"`);
  chmodSync(path, 0o755);
  expect(await ensureQemu(unexpected)).toBe(path);
  expect(await qemuVersion(path)).toBe("9.0.1");
  expect(readFileSync(join(folder, "calls"), "utf8")).toBe("asked\n");
});

test("what UDPSEC_QEMU names and can't be QEMU is refused with what to do", async () => {
  name("nothing");
  await expect(ensureQemu(unexpected)).rejects.toMatchObject(refused("qemu-missing", /isn't a program/));
  mkdirSync(name("folder"));
  await expect(ensureQemu(unexpected)).rejects.toMatchObject(refused("qemu-unusable", /does not run/));
  writeFileSync(name("not-executable"), "");
  chmodSync(join(folder, "not-executable"), 0o644);
  await expect(ensureQemu(unexpected)).rejects.toMatchObject(refused("qemu-missing", /isn't a program/));
  chmodSync(name("another", 'echo "another (GNU) 1.0"'), 0o755);
  await expect(ensureQemu(unexpected)).rejects.toMatchObject(
    refused("qemu-unusable", /is no QEMU: .* "another \(GNU\) 1.0"/),
  );
  chmodSync(name("broken", "echo no such library >&2; exit 127"), 0o755);
  await expect(ensureQemu(unexpected)).rejects.toMatchObject(refused("qemu-unusable", /does not run: no such library/));
});

test("the hint for an emulator of another processor names that one and its variable", async () => {
  const path = join(folder, "other");
  writeFileSync(path, "#!/bin/sh\necho other\n");
  chmodSync(path, 0o755);
  vi.stubEnv("UDPSEC_QEMU_RISCV64", path);
  await expect(ensureQemu(unexpected, "riscv64")).rejects.toMatchObject({
    ...{ code: "qemu-unusable", hint: "Set UDPSEC_QEMU_RISCV64 to a qemu-system-riscv64, or unset it to search PATH." },
  });
});
