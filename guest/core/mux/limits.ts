import type { TransportKind } from "../byte-stream.ts";
import { MAX_OPEN_STREAMS_PER_OPENER, MAX_STREAM_CREDIT_BYTES } from "./constants.ts";

/**
 * Bounds and periods of one session (dsoftbus-transport.md#12-mux-v2). Each is injectable, so that a test can stand at its
 * edge.
 */
export interface MuxLimits {
  /**
   * Streams that each side may have open. Default 64; 1 .. 64. A stream holds its slot until it is closed on the wire *and* read
   * out. Fewer leaves more of `sessionCreditBytes` to tuning; both ends must agree.
   */
  readonly openStreamsPerOpener: number;
  /**
   * Granted in OPEN and OPEN_ACK, and kept in reserve for every slot, in bytes. Default 64 KiB; 1 .. `maxStreamWindowBytes`. More lets
   * short answers come in one round trip, and is reserved twice per slot; both ends must agree.
   */
  readonly initialCreditBytes: number;
  /**
   * Up to here a stream's window grows as long as its reader keeps up, in bytes, our choice. Default 256 KiB; `initialCreditBytes` ..
   * `maxStreamWindowBytes`. Above, it grows only if half of it is read within two round trips: a larger window is of use only where
   * the window is what limits the sender.
   */
  readonly untimedWindowBytes: number;
  /** Up to here a stream's window is tuned, in bytes. Default 2 MiB; `initialCreditBytes` .. 2 MiB. More is faster on long paths. */
  readonly maxStreamWindowBytes: number;
  /**
   * Credit granted plus buffered, over all streams, in bytes. Default 16 MiB; at least the reserve, which is `initialCreditBytes` for
   * each slot of both sides (8 MiB by default). What the reserve leaves is shared by tuning.
   */
  readonly sessionCreditBytes: number;
  /**
   * Bytes that a stream takes from its writer before they are framed, our choice. Default 64 KiB; 1 or more. Beyond, `write` takes 0.
   * More costs memory per stream and lets its writer run further ahead of the peer.
   */
  readonly streamSendBufferBytes: number;
  /**
   * Frames are handed down only while fewer bytes are unsent in the transport. Default 64 KiB; 1 or more. More costs latency: what was
   * handed down can't be overtaken, whatever its priority. Less leaves a fast path idle between two turns.
   */
  readonly unsentBelowBytes: number;
  /** Frames of the highest class, while a lower one waits, before one lower frame goes. Default 8; 1 or more. Fewer weakens priority. */
  readonly starvationBudgetFrames: number;
  /** OPENs of the peer per second, and in one burst. Default 100; 1 or more. Each can be reset once, so this bounds RST too. */
  readonly churnPerSecond: number;
  /** The unit of the keepalive, in ms. Default 1,000; above 0. */
  readonly tickMs: number;
  /**
   * Ticks without a receipt until a PING, by what is below. Default 6 over tcp, whose repeats need what is left; 9 over udp-sec, which has asked
   * by itself then, and goes on asking; 1 or more. Fewer sends more on an idle session.
   */
  readonly pingAfterTicks: Readonly<Record<TransportKind, number>>;
  /** Ticks without a receipt until the end. Default 12; more than `pingAfterTicks`, or no PING could be answered in time. */
  readonly endAfterTicks: number;
  /** RSTs that wait for room below, our choice. Default 256; 1 or more. An honest peer can't cause more than it has slots. */
  readonly pendingResets: number;
  /** Streams with events nobody took yet, our choice. Default 512; 1 or more. At this many the session stops reading. */
  readonly pendingEvents: number;
  /**
   * The last stream id. Default 2^32 - 1, which is also the most. At its end streams can't be opened any more: the layer above
   * reconnects.
   */
  readonly lastStreamId: number;
}

export const DEFAULT_MUX_LIMITS: MuxLimits = {
  openStreamsPerOpener: MAX_OPEN_STREAMS_PER_OPENER,
  initialCreditBytes: 64 * 1024,
  untimedWindowBytes: 256 * 1024,
  maxStreamWindowBytes: MAX_STREAM_CREDIT_BYTES,
  sessionCreditBytes: 16 * 1024 * 1024,
  streamSendBufferBytes: 64 * 1024,
  unsentBelowBytes: 64 * 1024,
  starvationBudgetFrames: 8,
  churnPerSecond: 100,
  tickMs: 1_000,
  pingAfterTicks: { "udp-sec": 9, tcp: 6 },
  endAfterTicks: 12,
  pendingResets: 256,
  pendingEvents: 512,
  lastStreamId: 0xffff_ffff,
};
