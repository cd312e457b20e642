/** A reader of the 26-byte header for observers and checkers (dsoftbus-transport.md#41-header), on purpose not the one of the core. */

export interface ObservedPacket {
  readonly type: number;
  /** 16 hex digits, as on the wire. */
  readonly session: string;
  readonly pn: number;
  readonly ack: number;
  readonly ackBits: number;
}

export const SEALED_TYPES: ReadonlySet<number> = new Set([0x10, 0x11, 0x12, 0x13]);
export const CLOSE_TYPE = 0x13;

const HEADER_BYTES = 26;

/** @returns the header's fields, or undefined if the datagram is shorter than a header */
export function observePacket(datagram: Uint8Array): ObservedPacket | undefined {
  if (datagram.length < HEADER_BYTES) return undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, HEADER_BYTES);
  return {
    type: view.getUint8(1),
    session: sessionName(view.getUint32(4), view.getUint32(8)),
    pn: view.getUint32(12, true),
    ack: view.getUint32(16, true),
    ackBits: view.getUint32(20, true),
  };
}

/** The last session that was seen: datagrams come in runs of one, and its name is the key of many maps. */
const last = { low: 0, high: 0, name: "0000000000000000" };

function sessionName(low: number, high: number): string {
  if (low !== last.low || high !== last.high) {
    last.low = low;
    last.high = high;
    last.name = hex32(low) + hex32(high);
  }
  return last.name;
}

function hex32(word: number): string {
  return word.toString(16).padStart(8, "0");
}
