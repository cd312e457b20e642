import { PacketType } from "../../core/index.ts";
import { MAX_BATCH_DATAGRAMS, type ReceivedDatagram } from "../../runtime/runtime.ts";

/** A socket counts as busy for so long after a packet of a session, and while what it brings comes in whole batches: it isn't read in time. */
export const BUSY_MS = 100;
/**
 * Of the first messages of handshakes a busy socket looks at so many a second, our choice: anybody can send them, and each costs as much as
 * a packet or two. No core finishes more handshakes. A dialler repeats its message, so that what is passed over delays it.
 */
export const MSG1_PER_SECOND = 1_600;
export const MSG1_BURST = 32;
/** Besides, the first of each source within this time, for so many sources: who floods from one address keeps nobody else out. */
export const NEWCOMER_MS = 250;
export const NEWCOMERS = 100;

export interface OrderedBatch {
  readonly datagrams: readonly ReceivedDatagram[];
  /** How many first messages were left out. */
  readonly passedOver: number;
}

/** What of a batch is looked at, and in which order: those who are in before those who ask to be let in. */
export class ReceiveOrder {
  readonly #newcomers = new Set<string>();
  #newcomersSinceMs = -Infinity;
  #tokens = MSG1_BURST;
  #filledAtMs = -Infinity;
  #busyUntilMs = -Infinity;

  /** @returns packets of sessions and the rest of begun handshakes first, as they came, then first messages as far as there is room */
  order(batch: readonly ReceivedDatagram[], nowMs: number): OrderedBatch {
    const firstAt = batch.findIndex(isMsg1);
    if (firstAt !== 0 || batch.length === MAX_BATCH_DATAGRAMS) this.#busyUntilMs = nowMs + BUSY_MS;
    if (firstAt < 0) return { datagrams: batch, passedOver: 0 };
    const datagrams = batch.filter((datagram) => !isMsg1(datagram));
    if (datagrams.length > 0) this.#busyUntilMs = nowMs + BUSY_MS;
    const isBusy = nowMs < this.#busyUntilMs;
    if (isBusy) this.#earn(nowMs);
    let passedOver = 0;
    for (const datagram of batch) {
      if (!isMsg1(datagram)) continue;
      if (!isBusy || this.#hasRoomFor(datagram)) datagrams.push(datagram);
      else passedOver += 1;
    }
    return { datagrams, passedOver };
  }

  #earn(nowMs: number): void {
    const earned = ((nowMs - this.#filledAtMs) * MSG1_PER_SECOND) / 1_000;
    this.#tokens = Math.min(MSG1_BURST, this.#tokens + earned);
    this.#filledAtMs = nowMs;
    if (nowMs - this.#newcomersSinceMs < NEWCOMER_MS) return;
    this.#newcomers.clear();
    this.#newcomersSinceMs = nowMs;
  }

  #hasRoomFor({ from: { host } }: ReceivedDatagram): boolean {
    if (this.#newcomers.size < NEWCOMERS && !this.#newcomers.has(host)) {
      this.#newcomers.add(host);
      return true;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

function isMsg1({ bytes }: ReceivedDatagram): boolean {
  return bytes[1] === PacketType.MSG1;
}
