/** A rule about the packets of one end, and what it is told. */
import type { Malformed } from "../wire/reading.ts";
import type { EndKnowledge, FollowedPacket, KnownReport } from "./end-knowledge.ts";
import type { Speak } from "./finding-log.ts";
import type { EndParameters, SessionPacket } from "./session-packet.ts";

export interface RuleRecord {
  readonly id: string;
  /** What it holds an end to, in a sentence. */
  readonly text: string;
  /** The rule of the specification that it speaks for, unless a finding names another one. */
  readonly requirement: string;
}

export interface WatchContext {
  readonly knowledge: EndKnowledge;
  /** As the end that is watched declared them. */
  readonly parameters: EndParameters;
  readonly peerParameters: EndParameters;
  /** The end's packets are seen where they leave: all of them, in their order. */
  readonly isAtOwnTap: boolean;
  readonly congestion: "new-reno" | "any";
  readonly clockSlackUs: number;
  readonly lagUs: number;
  readonly speak: Speak;
  /** Whether a rule has spoken about the other end already. */
  readonly isPeerAccused: () => boolean;
}

/** What a rule keeps of one end of one session. Only what it asks for is told. */
export interface PacketWatch {
  /** Every packet of the end that opened, copies too, before it is read. */
  sealed?(packet: SessionPacket): void;
  unopened?(packet: Omit<SessionPacket, "plaintext">): void;
  malformed?(malformed: Malformed, packet: SessionPacket): void;
  /** A packet of the end, each pn once. `reports`: what it must know of the peer's acknowledgements since its last one. */
  own?(packet: FollowedPacket, reports: readonly KnownReport[]): void;
  /** A packet that arrived at the end, each pn once. The knowledge has it already. */
  heard?(packet: FollowedPacket): void;
  finish?(): void;
}

export interface PacketRule extends RuleRecord {
  watch(context: WatchContext): PacketWatch;
}
