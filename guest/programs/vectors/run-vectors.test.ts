import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runVectors } from "./run-vectors.ts";

interface Vector {
  [field: string]: unknown;
  messages: { payload: string; ciphertext: string }[];
}

const OURS = join(import.meta.dirname, "../../../fixtures/vectors/noise-xk.json");
const folder = mkdtempSync(join(tmpdir(), "vectors-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const out: string[] = [];
  const errors: string[] = [];
  const code = runVectors(args, { out: (line) => out.push(line), error: (line) => errors.push(line) });
  return { code, last: out.at(-1), out, errors };
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** The second of ours: small, with four transport messages. */
function small(change?: (vector: Vector) => void): Vector {
  const { vectors } = JSON.parse(readFileSync(OURS, "utf8")) as { vectors: Vector[] };
  const vector = vectors[1];
  if (vector === undefined) throw new Error("the fixture has fewer than two vectors");
  change?.(vector);
  return vector;
}

/** Another last digit: still hex, never the same. */
function flip(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith("0") ? "1" : "0");
}

describe("vectors", () => {
  it("pass, ours", () => {
    expect(run(OURS)).toMatchObject({ code: 0, last: "7 passed, 0 failed, 0 skipped", errors: [] });
  });

  it("pass in every accepted shape, one count each", () => {
    const files = [
      file("wrapped.json", { vectors: [small(), small()] }),
      file("array.json", [small()]),
      file("object.json", small()),
      file(
        "older.json",
        small((vector) => {
          vector["name"] = vector["protocol_name"];
          delete vector["protocol_name"];
          delete vector["handshake_hash"];
          delete vector["init_remote_static"];
          vector["prologue"] = vector["init_prologue"];
          delete vector["init_prologue"];
          vector["resp_prologue"] = null;
          vector["init_psks"] = [];
        }),
      ),
    ];
    expect(run(...files)).toMatchObject({ code: 0, last: "5 passed, 0 failed, 0 skipped" });
  });

  it("of other protocols are passed over, whatever they hold", () => {
    const other = { protocol_name: "Noise_XX_448_AESGCM_SHA512", messages: "none of ours" };
    expect(run(file("mixed.json", [other, small(), other]))).toMatchObject({
      code: 0,
      last: "1 passed, 0 failed, 0 skipped",
    });
  });

  it.each([
    ["the handshake hash", (vector: Vector) => (vector["handshake_hash"] = flip(String(vector["handshake_hash"])))],
    ["the remote static key", (vector: Vector) => (vector["init_remote_static"] = flip(String(vector["init_static"])))],
    ["the responder's prologue", (vector: Vector) => (vector["resp_prologue"] = "01")],
    ["a missing handshake message", (vector: Vector) => vector.messages.splice(2)],
    ...[0, 1, 2, 3, 4, 5, 6].flatMap((index) =>
      (["payload", "ciphertext"] as const).map((field): [string, (vector: Vector) => void] => [
        `message ${index + 1}'s ${field}`,
        (vector) => {
          const message = vector.messages[index];
          if (message === undefined) throw new Error("no such message");
          message[field] = flip(message[field]);
        },
      ]),
    ),
  ])("fail by %s", (_what, change: (vector: Vector) => void) => {
    expect(run(file("changed.json", small(change)))).toMatchObject({ code: 1, last: "0 passed, 1 failed, 0 skipped" });
  });

  it.each([
    ["broken.json", "{", /broken\.json: not JSON/],
    ["number.json", "7", /number\.json: neither/],
    ["vectors.json", { vectors: 1 }, /vectors\.json: vectors: must be an array/],
    ["entry.json", [1], /entry\.json: vector\[0\]: a vector must be/],
    ["nameless.json", [{}], /vector\[0\]\.protocol_name: missing/],
    ["static.json", [small((v) => delete v["init_static"])], /vector\[0\]\.init_static: missing/],
    ["short.json", [small((v) => (v["resp_static"] = "00"))], /resp_static: must have 32 bytes and has 1/],
    ["hex.json", [small((v) => (v["init_prologue"] = "0g"))], /init_prologue: must be a string of hex digits/],
    ["messages.json", [small((v) => delete (v as Record<string, unknown>)["messages"])], /messages: missing/],
    ["message.json", [{ ...small(), messages: [1] }], /messages\[0\]: a message must be/],
    ["payload.json", [{ ...small(), messages: [{}] }], /messages\[0\]\.payload: missing/],
  ])("unreadable: %s", (name, content, message) => {
    const result = run(file(name, content));
    expect(result.code).toBe(2);
    expect(result.errors.join("\n")).toMatch(message);
  });

  it("unreadable: no such file; the others are still checked", () => {
    const result = run(join(folder, "none.json"), file("one.json", small()));
    expect(result).toMatchObject({ code: 2, last: "1 passed, 0 failed, 0 skipped" });
    expect(result.errors[0]).toMatch(/none\.json: cannot be read: ENOENT/);
  });

  it("explains itself", () => {
    expect(run("--help")).toMatchObject({ code: 0 });
    expect(run()).toMatchObject({ code: 2 });
    expect(run("--fast").errors[0]).toBe("vectors: unknown option --fast");
  });
});
