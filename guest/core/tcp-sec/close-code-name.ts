import { CloseCode } from "../connection-end.ts";
import type { CloseCodeName } from "../connection-end.ts";

const NAMES = new Map((Object.keys(CloseCode) as CloseCodeName[]).map((name) => [CloseCode[name] as number, name]));

export function closeCodeName(code: number): CloseCodeName | "UNKNOWN" {
  return NAMES.get(code) ?? "UNKNOWN";
}
