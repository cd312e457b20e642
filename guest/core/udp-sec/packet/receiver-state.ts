import type { ByteReader } from "../../bytes/reader.ts";
import type { ByteWriter } from "../../bytes/writer.ts";

/**
 * What every packet tells about its sender as a receiver: a lost update heals with the next packet
 * (dsoftbus-transport.md#42-bodies).
 */
export interface ReceiverState {
  /** Contiguous stream bytes received. */
  readonly deliveredBytes: number;
  /** Credit beyond `deliveredBytes`. */
  readonly windowBytes: number;
  /** Between the receipt of the header's `ack` and the sending of this packet. */
  readonly ackDelayUs: number;
}

export function writeReceiverState(writer: ByteWriter, state: ReceiverState): void {
  writer.u64(state.deliveredBytes).u32(state.windowBytes).u32(state.ackDelayUs);
}

export function readReceiverState(reader: ByteReader): ReceiverState {
  return { deliveredBytes: reader.u64(), windowBytes: reader.u32(), ackDelayUs: reader.u32() };
}
