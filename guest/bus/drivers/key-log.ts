import { EventKind, type SessionKeysData } from "../../../contract/events.ts";
import { type EndpointOptions, toHex } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";

/** Test only: the keys of each session go to the event port, so that the evidence can open what was captured. */
export function keyLogTo(console: Console): NonNullable<EndpointOptions["keyLog"]> {
  return (sessionId, initiatorKey, responderKey) => {
    const keys: SessionKeysData = {
      sessionId,
      initiatorKey: toHex(initiatorKey),
      responderKey: toHex(responderKey),
    };
    console.event(EventKind.SESSION_KEYS, { ...keys });
  };
}
