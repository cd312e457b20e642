import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { blake2s } from "../../harness/observer/crypto/blake2s.ts";
import { makeAll } from "./maker/make-all.ts";
import { runAllVectors } from "./run-all.ts";

const ours = resolve(import.meta.dirname, "../../fixtures/vectors");
const folder = mkdtempSync(join(tmpdir(), "vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(at: string, ...args: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const output = { out: (line: string) => lines.push(line), error: (line: string) => errors.push(line) };
  return { code: await runAllVectors(args, at, output), lines, errors };
}

const failedIn = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith("FAILED"));

// Requirements: I-1, I-2, I-3, I-4, I-5, H-1, H-23, H-4, H-5, H-6, H-7, H-19, H-26, P-1, P-2, P-3, P-8, L-1, R-1, R-2, R-11, T-1, T-2, T-3, T-4, T-5, V-1, V-6, V-8, V-10, V-11, V-13, V-14, V-15, V-16, V-18, V-19
test("the committed files are as they are made, and the core agrees with all of them in both directions", async () => {
  const { code, lines, errors } = await run(ours);
  expect(failedIn(lines)).toEqual([]);
  expect({ code, errors }).toEqual({ code: 0, errors: [] });
  expect(lines.at(-1)).toMatch(/^\d+ passed, 0 failed, 0 skipped$/);
});

test("at least a hundred of them are to be refused, each under its own name", () => {
  for (const { name, vectors, negative } of makeAll()) {
    const names = [...vectors, ...negative].map((vector) => vector.name);
    expect(new Set(names).size, name).toBe(names.length);
  }
  expect(makeAll().flatMap(({ negative }) => negative).length).toBeGreaterThanOrEqual(100);
});

describe("a file with one thing changed fails", () => {
  test.each([
    ["identity", '"device_id": "', "a secret", "device_id"],
    ["udp-handshake", '"msg3": "', "a datagram", "msg3"],
    ["udp-packets", '"drop": "bad-packet-numbe', "a verdict", "dropped as"],
    ["acknowledgements", '"covered_from": ', "what is covered", "covered_from"],
    ["tcp", '"responder_records": "', "a record", "responder"],
    ["mux", '"label": "mux.reject.malformed', "a label", "label"],
    ["services", '"content_digest": "', "a digest", "content_digest"],
  ])("%s: %s", async (name, after, _what, told) => {
    cpSync(ours, folder, { recursive: true });
    const path = join(folder, `${name}.json`);
    const text = readFileSync(path, "utf8");
    const at = text.indexOf(after) + after.length;
    writeFileSync(path, text.slice(0, at) + (text.charAt(at) === "1" ? "2" : "1") + text.slice(at + 1));
    const { code, lines } = await run(folder);
    expect(code).toBe(1);
    const failed = failedIn(lines).join("\n");
    expect(failed).toContain(`${name}.json: the file: made`);
    expect(failed).toContain(told);
  });
});

test("a file that is missing fails, and --write makes it", async () => {
  cpSync(ours, folder, { recursive: true });
  rmSync(join(folder, "mux.json"));
  expect((await run(folder)).code).toBe(1);
  expect((await run(folder, "--write")).code).toBe(0);
  expect((await run(folder)).code).toBe(0);
});

test("files that are named are Noise vectors; --help explains", async () => {
  expect((await run(ours, join(ours, "noise-xk.json"))).lines.at(-1)).toBe("7 passed, 0 failed, 0 skipped");
  expect(await run(ours, "--help")).toMatchObject({ code: 0, errors: [] });
  expect((await run(ours, "--unknown")).code).toBe(2);
});

test("BLAKE2s as published: RFC 7693 appendix B, and the keyed form of its authors", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  expect(hex(blake2s(Buffer.from("abc")))).toBe("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
  const key = Uint8Array.from({ length: 32 }, (_, index) => index);
  expect(hex(blake2s(new Uint8Array(0), 32, key))).toBe(
    "48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49",
  );
});
