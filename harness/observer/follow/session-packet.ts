/** What a follower is given of a session, and what it says of it in the end. */

export type End = "initiator" | "responder";

export function otherEnd(end: End): End {
  return end === "initiator" ? "responder" : "initiator";
}

/** Where something stands: for findings. */
export interface CapturePlace {
  /** Capture it stands in. */
  readonly file: string;
  /** Packet number in that file, from 1. */
  readonly number: number;
}

export interface TimedPlace extends CapturePlace {
  readonly atUs: number;
}

/** One sealed packet of a UDP session as it was seen at one tap, and opened. */
export interface SessionPacket extends CapturePlace {
  readonly atUs: number;
  readonly sender: End;
  /** "sent": at a tap of its sender, leaving. "delivered": at a tap of its receiver, arriving. */
  readonly place: "sent" | "delivered";
  readonly pn: number;
  /** UDP payload. */
  readonly datagram: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** Made per session once its handshake is opened; the follower's entry. */
export interface SessionFollower {
  take(packet: SessionPacket): void;
  /** It has the session's id and does not open under the key of its sender. */
  unopened(packet: Omit<SessionPacket, "plaintext">): void;
  end(): SessionReport;
}

/** One record of a TCP session, whole at that tap, and opened; in the order of its direction. */
export interface SessionRecord extends CapturePlace {
  readonly atUs: number;
  readonly sender: End;
  readonly place: "sent" | "delivered";
  readonly plaintext: Uint8Array;
}

export interface TcpFollower {
  take(record: SessionRecord): void;
  /** The direction of `sender` ended at that tap; `partialBytes`: of a record that isn't whole. */
  ended(sender: End, place: "sent" | "delivered", partialBytes: number, at: TimedPlace): void;
  end(): SessionReport;
}

/** As an end declared them in the handshake (dsoftbus-transport.md#32-params). */
export interface EndParameters {
  readonly windowBytes: number;
  readonly ackDelayMs: number;
  readonly idleTimeoutMs: number;
}

/** What a session's stream carries: frames of the mux, or bytes that nobody here understands. */
export type LayerAbove = "mux" | "bytes";

export interface FollowedSetup {
  readonly above: LayerAbove;
  /** Whether the captures have a tap of the end's own. Who has none is looked at where its packets arrive. */
  readonly tapped: Readonly<Record<End, boolean>>;
  /** By how much an honest end may be late for its own deadlines: its machine got no processor, or a tap stood still. */
  readonly lagUs: number;
}

export interface TcpSessionSetup extends FollowedSetup {
  /** When its first message was seen. */
  readonly startedUs: number;
}

export interface UdpSessionSetup extends FollowedSetup {
  readonly parameters: Readonly<Record<End, EndParameters>>;
  /** The controller that the plan names; "any" is held to what the specification allows every sender. */
  readonly congestion: "new-reno" | "any";
  /** By how much the taps' times may be off against those of the ends. */
  readonly clockSlackUs: number;
}

/** A rule that an end broke. */
export interface ObserverFinding extends CapturePlace {
  readonly rule: string;
  readonly end: End;
  readonly text: string;
  /** Id of the rule in the specification, and where it stands: `dsoftbus-transport.md#41-header`. */
  readonly requirement: string;
  readonly where: string;
}

export interface EndFigures {
  /** Packets or records of it that were looked at, copies aside. */
  packets: number;
  /** Datagrams with the session's id that did not open where they arrived. */
  unopened: number;
  /** Its stream's bytes that were seen without a gap. */
  streamBytes: number;
  hasFinished: boolean;
  close: { readonly code: number; readonly reason: string } | undefined;
  /** What could not be judged, and why: each once. */
  readonly unjudged: string[];
}

export function nothingSeen(): EndFigures {
  return { packets: 0, unopened: 0, streamBytes: 0, hasFinished: false, close: undefined, unjudged: [] };
}

/** What was said on one stream of the mux. */
export interface ServiceFigures {
  readonly openedBy: End;
  readonly streamId: number;
  readonly name: string;
  readonly priority: number;
  /** Bytes of DATA by sender. */
  readonly bytes: Record<End, number>;
  readonly facts: Record<string, number | string | boolean>;
}

export interface SessionReport {
  readonly findings: readonly ObserverFinding[];
  /** How many more there were. */
  readonly leftOff: number;
  readonly ends: Readonly<Record<End, EndFigures>>;
  readonly services: readonly ServiceFigures[];
}
