import { chmodSync, closeSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openPrivate, readSecret } from "./secret-files.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

// Requirement: K-12
test("a file of events is its owner's alone, new or not", () => {
  const path = join(folder, "events.ndjson");
  closeSync(openPrivate(path));
  expect(modeOf(path)).toBe(0o600);
  chmodSync(path, 0o644);
  closeSync(openPrivate(path));
  expect(modeOf(path)).toBe(0o600);
});

test("a device that events go to keeps its mode", () => {
  const before = modeOf("/dev/null");
  closeSync(openPrivate("/dev/null"));
  expect(modeOf("/dev/null")).toBe(before);
});

test.each([
  [0o600, undefined],
  [0o400, undefined],
  [0o640, "640"],
  [0o604, "604"],
  [0o644, "644"],
])("a configuration with mode %o: told %s", (mode, told) => {
  const path = join(folder, `config-${mode}`);
  writeFileSync(path, "{}");
  chmodSync(path, mode);
  expect(readSecret(path)).toEqual({ text: "{}", readableMode: told });
});
