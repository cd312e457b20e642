/** Secrets as lines of text (docs/distributed/formats.md#secrets): in a file, or in a block of a pcapng capture. */
import { HarnessError } from "../../host/harness-error.ts";
import type { Secrets } from "./secrets.ts";

const HEX_KEY = /^[0-9a-f]{64}$/;
/** Of a line that says more than a complaint should. */
const SHOWN_CHARACTERS = 40;

type Reader = (secrets: Secrets, first: Uint8Array, second: Uint8Array) => string | undefined;

interface LineKind {
  readonly keys: 1 | 2;
  /** @returns what is wrong */
  readonly read: Reader;
}

const LINES: Readonly<Record<string, LineKind>> = {
  UDPSEC_STATIC: { keys: 2, read: (secrets, publicKey, secret) => void secrets.addStatic(publicKey, secret) },
  UDPSEC_EPHEMERAL: { keys: 2, read: (secrets, publicKey, secret) => void secrets.addEphemeral(publicKey, secret) },
  UDPSEC_IDENTITY: {
    keys: 2,
    read: (secrets, deviceId, seed) =>
      secrets.addIdentity(seed) === Buffer.from(deviceId).toString("hex")
        ? undefined
        : "the device id doesn't follow from the seed",
  },
  UDPSEC_PEER: { keys: 1, read: (secrets, publicKey) => void secrets.addPeer(publicKey) },
};

/**
 * @param source how a complaint names where the text stood
 * @throws HarnessError `secrets-malformed` with the number of the line
 */
export function addSecretsOf(text: string, source: string, secrets: Secrets): void {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const problem = readLine(line, secrets);
    if (problem !== undefined) throw malformed(source, index + 1, problem);
  }
}

function readLine(line: string, secrets: Secrets): string | undefined {
  const [label = "", ...values] = line.split("#", 1).join("").trim().split(/\s+/);
  // As in the key logs of NSS: a label of another version, or of another program, is passed over.
  const kind = Object.hasOwn(LINES, label) ? LINES[label] : undefined;
  if (kind === undefined) return undefined;
  if (values.length !== kind.keys) return `${label} has ${values.length} values, not ${kind.keys}`;
  const wrong = values.find((value) => !HEX_KEY.test(value));
  if (wrong !== undefined) return `${wrong.slice(0, SHOWN_CHARACTERS)} is not 64 lowercase hex digits`;
  const [first, second] = values.map((value) => Uint8Array.from(Buffer.from(value, "hex")));
  return kind.read(secrets, first ?? new Uint8Array(), second ?? new Uint8Array());
}

function malformed(source: string, line: number, problem: string): HarnessError {
  return new HarnessError(
    "secrets-malformed",
    `${source}, line ${line}: ${problem}`,
    "a line is UDPSEC_STATIC or UDPSEC_EPHEMERAL, the public key, the secret: docs/distributed/formats.md",
  );
}
