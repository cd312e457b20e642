/** What comes of judging captures, and what a follower of one session has to bring. */
import type { ServiceFigures } from "../follow/session-packet.ts";
import type { SeenAt } from "../handshakes/handshake-rules.ts";

type End = "initiator" | "responder";

/** A rule that somebody broke: where it is seen, and where it stands. */
export interface JudgedFinding extends SeenAt {
  readonly rule: string;
  readonly end: End;
  /** Of the accused, where it is known: address and port. */
  readonly socket?: string;
  readonly text: string;
  /** Id in the specification, and document with anchor. */
  readonly requirement: string;
  readonly where: string;
}

export interface FollowedEnd {
  readonly packets: number;
  readonly unopened: number;
  readonly streamBytes: number;
  readonly hasFinished: boolean;
  readonly close: { readonly code: number; readonly reason: string } | undefined;
  readonly unjudged: readonly string[];
}

export interface FollowedReport {
  readonly findings: readonly JudgedFinding[];
  readonly leftOff: number;
  readonly ends: Readonly<Record<End, FollowedEnd>>;
  readonly services: readonly ServiceFigures[];
}

export interface JudgedSession {
  readonly transport: "udp" | "tcp";
  readonly initiator: JudgedEnd;
  readonly responder: JudgedEnd;
  /** Where its first message stands. */
  readonly from: SeenAt;
  /** `followed`: to its end. `open`: the capture ends before it does. `refused`: the responder must not take the initiator. */
  readonly outcome: "followed" | "open" | "refused";
  /** What was said on the streams of its mux: figures and facts, each as the end that opened the stream sees it. */
  readonly services: readonly ServiceFigures[];
}

export interface JudgedEnd {
  readonly socket: string;
  readonly deviceId: string | undefined;
  readonly tapped: boolean;
  /** Undefined for a refused handshake. */
  readonly followed: FollowedEnd | undefined;
}

export interface Unjudged extends SeenAt {
  readonly what: string;
  readonly times: number;
}

export type JudgeVerdict =
  /** At least one session from MSG1 to its end, no rule broken, nothing left unjudged. */
  | "kept"
  | "broken"
  /** Nothing, or not everything, could be judged. */
  | "not-judged";

export interface JudgeReport {
  readonly verdict: JudgeVerdict;
  readonly frames: number;
  readonly sessions: readonly JudgedSession[];
  readonly findings: readonly JudgedFinding[];
  /** How many more there were. */
  readonly leftOff: number;
  /** What could not be judged, each kind once, from its first packet on. */
  readonly unjudged: readonly Unjudged[];
}

export function verdictOfReport(report: Omit<JudgeReport, "verdict">): JudgeVerdict {
  if (report.findings.length > 0) return "broken";
  const isWhole = report.unjudged.length === 0 && report.sessions.some(({ outcome }) => outcome === "followed");
  return isWhole ? "kept" : "not-judged";
}
