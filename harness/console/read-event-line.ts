import { parseEventLine, type EventLine } from "../../contract/event-line.ts";
import { printable } from "./printable.ts";

/** No event of ours comes near it; what walks through data must not run out of stack because a guest nests brackets. */
export const MAX_EVENT_DEPTH = 16;

/** One line of an event port. Its texts may be shown: what a guest escapes in JSON is no safer than what it prints. */
export function readEventLine(text: string): EventLine | { readonly torn: string } {
  const parsed = parseEventLine(text);
  if ("torn" in parsed) return parsed;
  if (!isWithinDepth(parsed.data, MAX_EVENT_DEPTH)) return { torn: "nested too deep" };
  const { source, kind, data } = parsed;
  return { ...parsed, source: printable(source), kind: printable(kind), data: printableRecord(data) };
}

function isWithinDepth(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isWithinDepth(part, levels - 1));
}

function printableRecord(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [printable(key), printableValue(value)]));
}

function printableValue(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(printableValue);
  return typeof value === "object" && value !== null ? printableRecord(value) : value;
}
