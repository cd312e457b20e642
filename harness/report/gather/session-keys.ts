/** What opens the packets of a finished run: its secrets, held against the handshakes in its captures. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hex, join as joinBytes, u32 } from "../../observer/crypto/bytes.ts";
import { judgeCaptures } from "../../observer/judging/judge-captures.ts";
import { listenOnly } from "../../observer/judging/listen-only.ts";
import { addSecretsOf } from "../../observer/keys/secrets-text.ts";
import { Secrets } from "../../observer/keys/secrets.ts";
import { SECRETS_FILE } from "../../run/judge/secrets-file.ts";

export interface OpeningKeys {
  readonly initiatorKey: string;
  readonly responderKey: string;
}

/** @param captures paths @param taps addresses of the machines that captured @returns keys by session id, as on the wire; none if there are no secrets */
export async function sessionKeysOf(
  folder: string,
  captures: readonly string[],
  taps: ReadonlySet<string>,
): Promise<ReadonlyMap<string, OpeningKeys>> {
  const keys = new Map<string, OpeningKeys>();
  const path = join(folder, SECRETS_FILE);
  if (!existsSync(path) || captures.length === 0) return keys;
  const secrets = new Secrets();
  addSecretsOf(readFileSync(path, "utf8"), SECRETS_FILE, secrets);
  await judgeCaptures(
    captures.map((capture) => ({ path: capture, file: basename(capture) })),
    {
      // What comes after the handshakes was judged when the run ended.
      ...{ secrets, devices: undefined, taps, followers: listenOnly() },
      timing: { clockSlackUs: 0, lagUs: 0 },
      onOpened: ({ sessionId, initiatorKey, responderKey }) => {
        if (sessionId === undefined) return;
        const id = hex(joinBytes(u32(sessionId.low), u32(sessionId.high)));
        keys.set(id, { initiatorKey: hex(initiatorKey), responderKey: hex(responderKey) });
      },
    },
  );
  return keys;
}
