/** Files in which secrets stand otherwise than as lines: what a daemon wrote into its events, and what `udpsec keygen` wrote. */

import { EventKind } from "../../contract/events.ts";

/** @param text of a file @returns the lines of secrets in it; of a file that is neither the file itself */
export function secretLinesOf(text: string): string {
  if (!text.trimStart().startsWith("{")) return text;
  const whole = parsed(text);
  // One event alone is JSON as well.
  if (whole !== undefined && !("kind" in whole)) return identityLine(whole);
  return text.split("\n").flatMap(eventLine).join("\n");
}

function identityLine({ identitySeed, deviceId }: Readonly<Record<string, unknown>>): string {
  return typeof identitySeed === "string" && typeof deviceId === "string"
    ? `UDPSEC_IDENTITY ${deviceId} ${identitySeed}`
    : "";
}

function eventLine(text: string): string[] {
  const { kind, data } = parsed(text) ?? {};
  const line = kind === EventKind.KEY_LOG && isRecord(data) ? data["line"] : undefined;
  return typeof line === "string" ? [line] : [];
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
