/** Who the target is, and as whom the suite talks to it: a file that whoever tries their implementation writes. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { HarnessError } from "../../host/harness-error.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { type Device, deviceOfSeed } from "../../observer/crypto/device.ts";

const key = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lowercase hex digits");

const identitySchema = z.strictObject({
  /** The implementation under test. */
  target: z.strictObject({ deviceId: key, staticKey: key }),
  /** Ed25519 seeds of devices that the target's table lists. Each more lets another case run at the same time. */
  suite: z
    .array(key)
    .min(1)
    .max(64)
    // Two cases at a time as the same device would end each other's sessions.
    .refine((seeds) => new Set(seeds).size === seeds.length, "must be different seeds"),
});

export interface SuiteIdentities {
  readonly target: { readonly deviceId: string; readonly staticPublicKey: Uint8Array };
  readonly suite: readonly [Device, ...Device[]];
}

const HINT = "docs/conformance.md shows one; udpsec conform --new-identity FILE writes the suite's half";

/** @throws HarnessError `conform-identity` */
export function readIdentities(path: string): SuiteIdentities {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new HarnessError("conform-identity", `no identity file that can be read at ${path}`, HINT, { cause });
  }
  const parsed = identitySchema.safeParse(parseJson(path, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new HarnessError(
      "conform-identity",
      `${path}: ${where === "" ? "the file" : where}: ${issue?.message}`,
      HINT,
    );
  }
  const { target, suite } = parsed.data;
  const [first, ...more] = suite.map((seed) => deviceOfSeed(bytesOf(seed)));
  if (first === undefined) throw new RangeError("the schema asks for one at least");
  return { target: { deviceId: target.deviceId, staticPublicKey: bytesOf(target.staticKey) }, suite: [first, ...more] };
}

/** Writes a file with fresh seeds in which the target's half is to be filled in. @returns what the target's table must list */
export function writeNewIdentities(path: string, count: number): readonly Device[] {
  const devices = Array.from({ length: count }, () => deviceOfSeed(Uint8Array.from(randomBytes(32))));
  const file = {
    target: { deviceId: "", staticKey: "" },
    suite: devices.map(({ seed }) => hex(seed)),
  };
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return devices;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HarnessError("conform-identity", `${path} is no JSON: ${why}`, HINT, { cause });
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
