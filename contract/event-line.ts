/**
 * One line of the event port: NDJSON in ASCII, `{"seq":1,"crc":"89abcdef","source":"dsoftbusd","at":12.5,"kind":"marker","data":{...}}`.
 * `seq` rises by one per source from 1; `crc` covers the text of the line with the crc's own eight digits replaced by zeros.
 * A reader can so tell a lost line from a torn one.
 */
import { crc32Hex } from "./crc32.ts";

export interface EventLine {
  readonly seq: number;
  /** Process that wrote it: `dsoftbusd`, `selftest`, `agent`. */
  readonly source: string;
  /** Guest-monotonic milliseconds. */
  readonly atMs: number;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const ZERO_CRC = "00000000";
const PREFIX = /^\{"seq":(\d{1,15}),"crc":"([0-9a-f]{8})",/;

/** @returns the line with its newline, ASCII only */
export function formatEventLine(line: EventLine): string {
  const rest = { source: line.source, at: line.atMs, kind: line.kind, data: line.data };
  const body = escapeNonAscii(JSON.stringify(rest)).slice(1);
  const head = `{"seq":${line.seq},"crc":"`;
  const tail = `",${body}`;
  return `${head}${crc32Hex(`${head}${ZERO_CRC}${tail}`)}${tail}\n`;
}

/** @returns the event, or why the line is not one */
export function parseEventLine(text: string): EventLine | { readonly torn: string } {
  const match = PREFIX.exec(text);
  if (match === null) return { torn: "no sequence number and crc at the start" };
  const crc = match[2] ?? "";
  // By its place: the same digits may be part of the sequence number.
  const crcEnd = match[0].length - '",'.length;
  const unsigned = text.slice(0, crcEnd - ZERO_CRC.length) + ZERO_CRC + text.slice(crcEnd);
  if (crc32Hex(unsigned) !== crc) return { torn: "crc does not match" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { torn: "not JSON" };
  }
  if (!isEventRecord(value)) return { torn: "fields missing or of the wrong type" };
  return { seq: value.seq, source: value.source, atMs: value.at, kind: value.kind, data: value.data };
}

interface EventRecord {
  readonly seq: number;
  readonly source: string;
  readonly at: number;
  readonly kind: string;
  readonly data: Record<string, unknown>;
}

function isEventRecord(value: unknown): value is EventRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Record<string, unknown>;
  return (
    typeof record["seq"] === "number" &&
    typeof record["source"] === "string" &&
    typeof record["at"] === "number" &&
    typeof record["kind"] === "string" &&
    typeof record["data"] === "object" &&
    record["data"] !== null
  );
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
