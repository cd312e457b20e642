import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";

test("packages are not installed through a link: npm would empty the folder of another checkout", async () => {
  const folder = mkdtempSync(join(tmpdir(), "setup-"));
  const [own, other] = [join(folder, "own"), join(folder, "other")];
  for (const made of [join(own, "scripts"), other]) mkdirSync(made, { recursive: true });
  copyFileSync(join(import.meta.dirname, "setup.sh"), join(own, "scripts/setup.sh"));
  writeFileSync(join(own, "package-lock.json"), "{}");
  writeFileSync(join(other, "a-package"), "");
  symlinkSync(other, join(own, "node_modules"));
  const { exitCode, stderr } = await execa("bash", [join(own, "scripts/setup.sh")], { reject: false });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`node_modules is a link to ${other}`)]);
  expect(existsSync(join(other, "a-package"))).toBe(true);
  rmSync(folder, { recursive: true });
});
