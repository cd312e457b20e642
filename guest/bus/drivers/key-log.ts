import { EventKind, type SessionKeysData } from "../../../contract/events.ts";
import { ephemeralLine } from "../../../contract/key-log-line.ts";
import { type KeyLog, toHex } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";

/** For tests alone: the secrets of each session go to the event port, so that whoever looks at the wire can open what was captured. */
export function keyLogTo(console: Console): KeyLog {
  return {
    ephemeral(publicKey, secretKey) {
      console.event(EventKind.KEY_LOG, { line: ephemeralLine(toHex(publicKey), toHex(secretKey)) });
    },
    sessionKeys(sessionId, initiatorKey, responderKey) {
      const keys: SessionKeysData = {
        sessionId,
        initiatorKey: toHex(initiatorKey),
        responderKey: toHex(responderKey),
      };
      console.event(EventKind.SESSION_KEYS, { ...keys });
    },
  };
}
