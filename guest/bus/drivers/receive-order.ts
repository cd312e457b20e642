import { PacketType } from "../../core/index.ts";
import type { ReceivedDatagram } from "../../runtime/runtime.ts";

/** From so many packets of sessions on a batch counts as busy: a socket that is read in time brings fewer at once. */
export const BUSY_PACKETS = 8;
/**
 * Of the first messages of handshakes in a busy batch so many are looked at, our choice. Each costs as much as two or three packets, and
 * anybody can send them. More lets diallers in sooner while others flood, fewer leaves more to those who are in; a dialler repeats its
 * message, so that what is passed over delays it.
 */
export const MSG1_PER_BUSY_BATCH = 4;

export interface OrderedBatch {
  readonly datagrams: readonly ReceivedDatagram[];
  /** How many first messages were left out. */
  readonly passedOver: number;
}

/** @returns packets of sessions and the rest of begun handshakes first, as they came, then first messages as far as there is room */
export function orderBatch(batch: readonly ReceivedDatagram[]): OrderedBatch {
  const first = batch.findIndex(isMsg1);
  if (first < 0) return { datagrams: batch, passedOver: 0 };
  const datagrams = batch.filter((datagram) => !isMsg1(datagram));
  const limit = datagrams.length < BUSY_PACKETS ? Infinity : MSG1_PER_BUSY_BATCH;
  let passedOver = 0;
  let taken = 0;
  for (const datagram of batch) {
    if (!isMsg1(datagram)) continue;
    if (taken >= limit) passedOver += 1;
    else datagrams.push(datagram);
    taken += 1;
  }
  return { datagrams, passedOver };
}

function isMsg1({ bytes }: ReceivedDatagram): boolean {
  return bytes[1] === PacketType.MSG1;
}
