import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { HarnessError } from "../host/harness-error.ts";
import { hex } from "../observer/crypto/bytes.ts";
import { deviceOfSeed } from "../observer/crypto/device.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

const SEED_BYTES = 32;
const OWNER_ALONE = 0o600;

export const keygenCommand: Command = {
  name: "keygen",
  summary: "make an identity for a device",
  usage: "FILE [--json]",
  teaches: `
Draws the secret seed of a device and writes it to FILE, with what follows from it: its device_id and its static key, which the peer tables of
others list. The keys of the file are called as in a daemon's configuration (docs/two-hosts.md). The file is for its owner alone (mode 0600), and one
that is there is never written over. The seed is shown nowhere.`,
  options: { json: { type: "boolean", help: "device_id and static key as data" } },
  examples: ["udpsec keygen build/left.json", "udpsec keygen build/left.json --json"],
  run(parsed, io) {
    const [path, more] = parsed.positionals;
    if (path === undefined || more !== undefined)
      throw usageError("one file is written: udpsec keygen FILE", "e.g. udpsec keygen build/left.json");
    const { seed, deviceId, staticPublicKey } = deviceOfSeed(Uint8Array.from(randomBytes(SEED_BYTES)));
    const shown = { deviceId, staticKey: hex(staticPublicKey) };
    writeIdentity(path, { identitySeed: hex(seed), ...shown });
    if (parsed.flag("json")) writeJson(io, shown);
    else
      io.stdout.write(
        `deviceId   ${shown.deviceId}\nstaticKey  ${shown.staticKey}\nthe secret seed is in ${path}, for its owner alone\n`,
      );
    return Promise.resolve(EXIT.passed);
  },
};

/** @throws HarnessError `identity-exists`, `identity-unwritable` */
function writeIdentity(path: string, identity: object): void {
  try {
    writeFileSync(path, `${JSON.stringify(identity, null, 2)}\n`, { mode: OWNER_ALONE, flag: "wx" });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    if (code === "EEXIST") {
      const hint = "another file: who loses the seed of a device loses the device";
      throw new HarnessError("identity-exists", `${path} is there, and is not written over`, hint, { cause });
    }
    const message = `${path} can't be written (${code})`;
    throw new HarnessError("identity-unwritable", message, "name a file in a folder that can be written", { cause });
  }
}
