/** A rule about the records of one end of a TCP session. */
import type { TcpRecordBody } from "../wire/tcp-record.ts";
import type { Malformed } from "../wire/reading.ts";
import type { Speak } from "./finding-log.ts";
import type { RuleRecord } from "./packet-rule.ts";
import type { CapturePlace, End, TimedPlace } from "./session-packet.ts";

export interface TcpWatch {
  own?(record: TcpRecordBody, at: TimedPlace): void;
  heard?(record: TcpRecordBody, at: TimedPlace): void;
  malformed?(malformed: Malformed, at: CapturePlace): void;
  /** The end's TCP ended, in order or by a reset. */
  ended?(at: TimedPlace): void;
}

export interface TcpWatchContext {
  readonly end: End;
  readonly speak: Speak;
  /** Elsewhere its bytes may come late. */
  readonly isAtOwnTap: boolean;
  readonly startedUs: number;
  readonly lagUs: number;
}

export interface TcpRule extends RuleRecord {
  watch(context: TcpWatchContext): TcpWatch;
}
