/** ICMP: that a port is closed, told about a datagram that came to it, once (RFC 792, RFC 1122 3.2.2.1). Nothing else of it is needed. */
import { onesComplementSum } from "../../observer/wire/internet-checksum.ts";
import type { Ipv4Packet } from "./ipv4-packet.ts";

const UNREACHABLE = 3;
const PORT = 3;
/** What QEMU's user network tells when the host says so. */
const CODES_OF_USER_NETWORK: ReadonlySet<number> = new Set([0, 1, PORT]);
const HEADER_BYTES = 8;
/** RFC 1812 4.3.2.3: as much of the packet as fits into 576 bytes. */
const MOST_QUOTED_BYTES = 576 - 20 - HEADER_BYTES;
const LEAST_QUOTED_BYTES = 28;
/** From the addresses on: QEMU's user network has changed what stands before them. */
const ADDRESSES_AT = 12;

export class UnreachableWatch {
  /** Datagrams from one address to another that no answer quotes yet. */
  readonly #unquoted = new Map<string, Buffer[]>();

  sawDatagram({ source, destination, whole }: Ipv4Packet): void {
    const key = `${source} ${destination}`;
    const known = this.#unquoted.get(key);
    if (known === undefined) this.#unquoted.set(key, [whole]);
    else known.push(whole);
  }

  /** @param isKernel a guest's kernel sent it, not QEMU's user network @returns what is wrong with the message */
  take({ source, destination, payload }: Ipv4Packet, isKernel: boolean): string | undefined {
    if (payload.length < HEADER_BYTES + LEAST_QUOTED_BYTES) return `ICMP of ${payload.length} bytes`;
    const [type, code] = [payload.readUInt8(0), payload.readUInt8(1)];
    const isKnown = type === UNREACHABLE && (isKernel ? code === PORT : CODES_OF_USER_NETWORK.has(code));
    if (!isKnown) return `ICMP of type ${type}, code ${code}`;
    if (payload.readUInt32BE(4) !== 0) return "ICMP with something in its unused field";
    if (onesComplementSum(payload) !== 0xffff) return "ICMP with a wrong checksum";
    const quote = payload.subarray(HEADER_BYTES);
    const unquoted = this.#unquoted.get(`${destination} ${source}`) ?? [];
    const at = unquoted.findIndex((whole) => (isKernel ? isExactQuote(whole, quote) : isQuote(whole, quote)));
    if (at === -1) return "ICMP that quotes no datagram that came, or one for the second time";
    unquoted.splice(at, 1);
    return undefined;
  }
}

function isExactQuote(whole: Buffer, quote: Buffer): boolean {
  return whole.subarray(0, MOST_QUOTED_BYTES).equals(quote);
}

function isQuote(whole: Buffer, quote: Buffer): boolean {
  if (quote.length > MOST_QUOTED_BYTES) return false;
  return whole.subarray(ADDRESSES_AT, quote.length).equals(quote.subarray(ADDRESSES_AT));
}
