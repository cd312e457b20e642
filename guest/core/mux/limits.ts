import { MAX_OPEN_STREAMS_PER_OPENER, MAX_STREAM_CREDIT_BYTES } from "./constants.ts";

/** Bounds and periods of one session (dsoftbus-transport.md#12-mux-v2), injectable so that each is testable at limit - 1, limit, limit + 1. */
export interface MuxLimits {
  /** Slots for the streams of each opener. A stream holds its slot until it is closed on the wire *and* read out. */
  readonly openStreamsPerOpener: number;
  /** Granted in OPEN and OPEN_ACK, and kept in reserve for every slot. */
  readonly initialCreditBytes: number;
  /** A stream's window is tuned up to this. */
  readonly maxStreamWindowBytes: number;
  /** Credit granted plus buffered, over all streams; what the reserve leaves is shared by tuning. */
  readonly sessionCreditBytes: number;
  /** Our choice: bytes that a stream takes from its writer before they are framed. `write` takes 0 beyond. */
  readonly streamSendBufferBytes: number;
  /** Frames are handed down only while fewer bytes are unsent in the transport: else priority would mean nothing. */
  readonly unsentBelowBytes: number;
  /** Frames of the highest class, while a lower one waits, before one lower frame goes. */
  readonly starvationBudgetFrames: number;
  /** OPENs of the peer per second, and in one burst. Each can be reset once, so this bounds RST too. */
  readonly churnPerSecond: number;
  readonly tickMs: number;
  readonly pingAfterTicks: number;
  readonly endAfterTicks: number;
  /** Our choice: RSTs that wait for room below. An honest peer can't cause more than it has slots. */
  readonly pendingResets: number;
  /** Our choice: streams with events nobody took yet; at this many, the session stops reading. */
  readonly pendingEvents: number;
  /** Ids end here; the layer above then reconnects. */
  readonly lastStreamId: number;
}

export const DEFAULT_MUX_LIMITS: MuxLimits = {
  openStreamsPerOpener: MAX_OPEN_STREAMS_PER_OPENER,
  initialCreditBytes: 64 * 1024,
  maxStreamWindowBytes: MAX_STREAM_CREDIT_BYTES,
  sessionCreditBytes: 16 * 1024 * 1024,
  streamSendBufferBytes: 64 * 1024,
  unsentBelowBytes: 64 * 1024,
  starvationBudgetFrames: 8,
  churnPerSecond: 100,
  tickMs: 1_000,
  pingAfterTicks: 3,
  endAfterTicks: 9,
  pendingResets: 256,
  pendingEvents: 512,
  lastStreamId: 0xffff_ffff,
};
