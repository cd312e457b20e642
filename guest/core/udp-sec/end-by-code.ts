import type { CloseCodeName, ConnectionEnd } from "../connection-end.ts";
import { CloseCode } from "../connection-end.ts";

/** @param code of a CLOSE, as sent or received: one that this version doesn't know is UNKNOWN */
export function endByCode(code: number, reason: string, by: ConnectionEnd["by"]): ConnectionEnd {
  const names = Object.keys(CloseCode) as CloseCodeName[];
  return { name: names.find((name) => CloseCode[name] === code) ?? "UNKNOWN", code, reason, by };
}
