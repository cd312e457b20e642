/** Ethernet as it has to be: two addresses, a type, a packet, and zeros where a frame has a least length. */
import { macText } from "../../observer/wire/link-layer.ts";
import { formed, malformed, type Form } from "./form.ts";

export const BROADCAST = "ff:ff:ff:ff:ff:ff";
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

const HEADER_BYTES = 14;
/** QEMU fills frames up to 60 bytes, its user network an ARP answer up to 64. */
const LONGEST_PADDED_BYTES = 64;

export interface EthernetFrame {
  readonly destination: string;
  readonly source: string;
  readonly etherType: number;
  /** Packet and padding. */
  readonly body: Buffer;
}

export function readEthernet(bytes: Buffer): Form<EthernetFrame> {
  if (bytes.length < HEADER_BYTES) return malformed(`${bytes.length} bytes are no Ethernet frame`);
  return formed({
    destination: macText(bytes.subarray(0, 6)),
    source: macText(bytes.subarray(6, 12)),
    etherType: bytes.readUInt16BE(12),
    body: bytes.subarray(HEADER_BYTES),
  });
}

/** @param packetBytes what the packet in the body says that it has @returns what is wrong with the rest of the body */
export function paddingProblem(body: Buffer, packetBytes: number): string | undefined {
  const padding = body.subarray(packetBytes);
  if (padding.length === 0) return undefined;
  if (HEADER_BYTES + body.length > LONGEST_PADDED_BYTES) return `${padding.length} bytes behind its packet`;
  return padding.every((byte) => byte === 0) ? undefined : `padding of ${padding.length} bytes that isn't zero`;
}
