/** Rules about the mux and its services: how one end speaks, given what it may have heard. */
import type { RejectedFrame, SeenFrame } from "../wire/mux-stream-frames.ts";
import type { Speak } from "./finding-log.ts";
import type { RuleRecord } from "./packet-rule.ts";
import type { CapturePlace, End } from "./session-packet.ts";

export type DirectionState = "open" | "closed" | "reset";

/** A stream as the watched end may see it. */
export interface MuxStreamSeen {
  readonly id: number;
  readonly name: string;
  readonly priority: number;
  /** Opened by the watched end. */
  readonly isOwn: boolean;
  /** Payload bytes that the peer may have allowed the watched end so far, and those that it sent. */
  credit: number;
  ownBytes: number;
  /** What the watched end allowed the peer, and what may have come of it. */
  granted: number;
  heardBytes: number;
  isAcknowledged: boolean;
  own: DirectionState;
  heard: DirectionState;
}

/** All streams of a session. */
export interface MuxStreams {
  /** The ids that either side would open next. */
  readonly nextOwnId: number;
  readonly nextHeardId: number;
  /** Streams that are open, and those that ended lately. */
  all(): Iterable<MuxStreamSeen>;
}

export interface MuxContext {
  readonly end: End;
  readonly streams: MuxStreams;
  readonly speak: Speak;
}

/** Frames come before they have changed the stream that they are about; `stream` is undefined if it isn't known (any more). */
export interface MuxWatch {
  own?(frame: SeenFrame, stream: MuxStreamSeen | undefined, at: CapturePlace): void;
  heard?(frame: SeenFrame, stream: MuxStreamSeen | undefined, at: CapturePlace): void;
  rejected?(frame: RejectedFrame, at: CapturePlace): void;
  /** The watched end's direction is over. */
  finished?(isWithinFrame: boolean, at: CapturePlace): void;
}

export interface MuxRule extends RuleRecord {
  watch(context: MuxContext): MuxWatch;
}

export type ServiceFacts = Record<string, number | string | boolean>;

/** What the services of a session know of each other, at one end. */
export interface SharedServices {
  readonly sinks: Map<string, SinkSeen>;
  /** Numbers of own echo streams on which the content of a mirror came back. */
  readonly echoed: Set<number>;
  /** By priority: payload that passed on streams of it, both ways. */
  readonly bytesByPriority: Map<number, number>;
}

export interface SinkSeen {
  length: number;
  /** Of all that was written, once it is whole. */
  digest: Uint8Array | undefined;
  announced: { readonly length: number; readonly digest: Uint8Array } | undefined;
}

export interface WatchedService {
  readonly stream: MuxStreamSeen;
  /** The watched end is the one that opened the stream, or the one that serves it. */
  readonly role: "client" | "server";
  readonly key: string;
  readonly shared: SharedServices;
  readonly facts: ServiceFacts;
  readonly speak: Speak;
}

/** What a rule keeps of one stream of a service. */
export interface ServiceWatch {
  own?(bytes: Uint8Array, at: CapturePlace): void;
  heard?(bytes: Uint8Array, at: CapturePlace): void;
  ownClosed?(at: CapturePlace): void;
  heardClosed?(at: CapturePlace): void;
  ownGrants?(at: CapturePlace): void;
}

export interface ServiceRule extends RuleRecord {
  /** Before the first `/` of a stream's name. */
  readonly service: string;
  watch(context: WatchedService): ServiceWatch;
}
