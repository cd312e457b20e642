import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CommandIo } from "./command.ts";
import { dispatch } from "./dispatch.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "keygen-"))));
afterEach(() => rmSync(folder, { recursive: true }));

async function keygen(...words: string[]): Promise<string> {
  let text = "";
  const output = { write: (part: string) => ((text += part), true), isTTY: false, columns: 80 };
  const io: CommandIo = { stdout: output, stderr: output, environment: {}, signal: new AbortController().signal };
  expect(await dispatch(["keygen", ...words], io)).toBe(0);
  return text;
}

/** Node's own: RFC 8410's PKCS #8 around 32 raw bytes. */
function publicKeyOf(algorithm: "ed25519" | "x25519", secret: Buffer): Buffer {
  const prefix = Buffer.from(`302e02010030050603${algorithm === "ed25519" ? "2b6570" : "2b656e"}04220420`, "hex");
  const key = createPrivateKey({ key: Buffer.concat([prefix, secret]), format: "der", type: "pkcs8" });
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
}

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

it("writes a seed and what follows from it, for the owner alone, and shows the seed nowhere", async () => {
  const path = join(folder, "left.json");
  const shown = JSON.parse(await keygen(path, "--json")) as Record<string, string>;
  const written = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const seed = Buffer.from(written["identitySeed"] ?? "", "hex");
  expect(seed).toHaveLength(32);
  const deviceId = sha256(publicKeyOf("ed25519", seed)).toString("hex");
  const staticKey = publicKeyOf("x25519", sha256(seed)).toString("hex");
  expect(shown).toEqual({ deviceId, staticKey });
  expect(written).toEqual({ identitySeed: seed.toString("hex"), deviceId, staticKey });
  const other = join(folder, "right.json");
  const text = await keygen(other);
  const { identitySeed = "", ...open } = JSON.parse(readFileSync(other, "utf8")) as Record<string, string>;
  expect(identitySeed).not.toBe(written["identitySeed"]);
  expect(text).not.toContain(identitySeed);
  for (const value of Object.values(open)) expect(text).toContain(value);
});

it("writes over nothing, and says so", async () => {
  const path = join(folder, "left.json");
  writeFileSync(path, "the only copy");
  await expect(keygen(path)).rejects.toMatchObject({ code: "identity-exists" });
  expect(readFileSync(path, "utf8")).toBe("the only copy");
  await expect(keygen(join(folder, "no/left.json"))).rejects.toMatchObject({ code: "identity-unwritable" });
  await expect(keygen()).rejects.toMatchObject({ code: "usage" });
});
