/** A rule about the records of one end of a TCP session. */
import type { TcpRecordBody } from "../wire/tcp-record.ts";
import type { Malformed } from "../wire/reading.ts";
import type { Speak } from "./finding-log.ts";
import type { RuleRecord } from "./packet-rule.ts";
import type { CapturePlace, End } from "./session-packet.ts";

export interface TcpWatch {
  own(record: TcpRecordBody, at: CapturePlace): void;
  heard(record: TcpRecordBody): void;
  malformed(malformed: Malformed, at: CapturePlace): void;
}

export interface TcpRule extends RuleRecord {
  watch(context: { readonly end: End; readonly speak: Speak }): TcpWatch;
}
