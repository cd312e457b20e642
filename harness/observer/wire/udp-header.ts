/** The 26 bytes that begin every datagram of udp-sec (dsoftbus-transport.md#41-header). */
import { join, u16, u32, u8 } from "../crypto/bytes.ts";
import { broken, viewOf, type Reading } from "./reading.ts";

export const TYPES = { MSG1: 1, MSG2: 2, MSG3: 3, RETRY: 4, DATA: 0x10, ACK: 0x11, PING: 0x12, CLOSE: 0x13 } as const;

export const UDP_SEC_HEADER_BYTES = 26;
/** Never more, in any state (dsoftbus-transport.md#9-bounds-and-codes). */
export const LARGEST_DATAGRAM_BYTES = 1200;
const VERSION = 1;
const FIN_FLAG = 1;
const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(TYPES));

export interface HeaderFields {
  readonly ver?: number;
  readonly typ: number;
  readonly flags?: number;
  readonly rsv?: number;
  readonly low: number;
  readonly high: number;
  readonly pn?: number;
  readonly ack?: number;
  readonly ackBits?: number;
  /** Undefined: what the body has. */
  readonly len?: number;
}

export function headerOf(fields: HeaderFields, bodyBytes: number): Uint8Array {
  const { ver = VERSION, typ, flags = 0, rsv = 0, low, high, pn = 0, ack = 0, ackBits = 0, len = bodyBytes } = fields;
  return join(u8(ver), u8(typ), u8(flags), u8(rsv), u32(low), u32(high), u32(pn), u32(ack), u32(ackBits), u16(len));
}

export interface UdpHeader {
  readonly typ: number;
  readonly fin: boolean;
  readonly low: number;
  readonly high: number;
  readonly pn: number;
  readonly ack: number;
  readonly ackBits: number;
  /** The 26 bytes: associated data of the AEAD. */
  readonly raw: Uint8Array;
  readonly body: Uint8Array;
}

/** @param datagram one UDP payload @returns its header, or the first rule that it breaks in the order of receiving.md#any-datagram */
export function readUdpHeader(datagram: Uint8Array): Reading<UdpHeader> {
  if (datagram.length > LARGEST_DATAGRAM_BYTES) return broken("RX-1", `${datagram.length} bytes, more than 1200`);
  if (datagram.length < UDP_SEC_HEADER_BYTES) return broken("RX-2", `${datagram.length} bytes, fewer than a header`);
  const view = viewOf(datagram);
  const [ver, typ, flags, rsv] = [view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)];
  if (ver !== VERSION) return broken("RX-3", `ver ${ver}`);
  if (rsv !== 0) return broken("RX-4", `rsv ${rsv}`);
  if (!KNOWN_TYPES.has(typ)) return broken("RX-5", `typ ${typ}`);
  if ((flags & ~(typ === TYPES.DATA ? FIN_FLAG : 0)) !== 0) return broken("RX-6", `flags ${flags} of typ ${typ}`);
  const len = view.getUint16(24, true);
  if (len !== datagram.length - UDP_SEC_HEADER_BYTES) return broken("RX-7", `len ${len} of ${datagram.length} bytes`);
  const [low, high] = [view.getUint32(4, true), view.getUint32(8, true)];
  const [pn, ack, ackBits] = [view.getUint32(12, true), view.getUint32(16, true), view.getUint32(20, true)];
  if (isHandshakeDatagram(typ) && (pn !== 0 || ack !== 0 || ackBits !== 0))
    return broken("RX-8", `a handshake datagram with pn ${pn}, ack ${ack}, ack_bits ${ackBits}`);
  if (!isHandshakeDatagram(typ) && pn === 0) return broken("RX-9", "a packet with pn 0");
  const raw = datagram.subarray(0, UDP_SEC_HEADER_BYTES);
  const body = datagram.subarray(UDP_SEC_HEADER_BYTES);
  return { value: { typ, fin: (flags & FIN_FLAG) !== 0, low, high, pn, ack, ackBits, raw, body } };
}

/** MSG1, MSG2, MSG3, RETRY. */
export function isHandshakeDatagram(typ: number): boolean {
  return typ >= TYPES.MSG1 && typ <= TYPES.RETRY;
}
