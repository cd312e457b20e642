import type { RejectLabel } from "./mux-error.ts";
import type { MuxStreamState } from "./mux-stream.ts";
import type { StreamRecord } from "./stream-record.ts";

/** Counted over the life of a session. */
export interface MuxCounters {
  framesSent: number;
  framesReceived: number;
  /** Of closed or reset streams: they crossed on the wire. */
  framesDiscarded: number;
  dataBytesSent: number;
  dataBytesReceived: number;
  pingsSent: number;
  pingsReceived: number;
  readonly rejects: Map<RejectLabel, number>;
}

/** Everything a session holds at this moment: bounded memory is judged from here. */
export interface MuxStats {
  readonly counters: Readonly<Omit<MuxCounters, "rejects">>;
  readonly rejects: Readonly<Partial<Record<RejectLabel, number>>>;
  /** Streams that hold a slot, by state; Closed ones wait to be read out, Reset ones for their RST to leave. */
  readonly streams: Readonly<Record<MuxStreamState, number>>;
  readonly receiveBufferedBytes: number;
  readonly sendBufferedBytes: number;
  /** Begun frame that the transport did not take yet. */
  readonly partialFrameBytes: number;
  /** Memory of all buffers, at least the sum of the three above. */
  readonly heldBytes: number;
  /** What peers may still send. */
  readonly outstandingCreditBytes: number;
  /** Lent to tuned windows, out of the shared part of the session's credit. */
  readonly tunedCreditBytes: number;
  readonly pendingControlFrames: number;
  readonly pendingEvents: number;
  readonly namesInUse: number;
  readonly silentKeepaliveSteps: number;
}

export function newMuxCounters(): MuxCounters {
  return {
    framesSent: 0,
    framesReceived: 0,
    framesDiscarded: 0,
    dataBytesSent: 0,
    dataBytesReceived: 0,
    pingsSent: 0,
    pingsReceived: 0,
    rejects: new Map(),
  };
}

export function countReject(counters: MuxCounters, label: RejectLabel): void {
  counters.rejects.set(label, (counters.rejects.get(label) ?? 0) + 1);
}

export type StreamSums = Pick<
  MuxStats,
  "streams" | "receiveBufferedBytes" | "sendBufferedBytes" | "heldBytes" | "outstandingCreditBytes"
>;

export function sumStreams(records: Iterable<StreamRecord>): StreamSums {
  const streams = { Open: 0, HalfClosedLocal: 0, HalfClosedRemote: 0, Closed: 0, Reset: 0 };
  let receiveBufferedBytes = 0;
  let sendBufferedBytes = 0;
  let heldBytes = 0;
  let outstandingCreditBytes = 0;
  for (const { state, send, receive } of records) {
    streams[state] += 1;
    receiveBufferedBytes += receive.readableBytes;
    sendBufferedBytes += send.bufferedBytes;
    heldBytes += receive.heldBytes + send.heldBytes;
    outstandingCreditBytes += receive.outstandingCreditBytes;
  }
  return { streams, receiveBufferedBytes, sendBufferedBytes, heldBytes, outstandingCreditBytes };
}
