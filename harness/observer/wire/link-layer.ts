/** Where the IP packet begins in a frame, by the capture's link type (https://www.tcpdump.org/linktypes.html). */

/** What QEMU, the switch and most NICs write. */
export const LINK_ETHERNET = 1;

const LINK = {
  null: 0,
  ethernet: LINK_ETHERNET,
  rawBsd: 12,
  rawOpenBsd: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPES_VLAN: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const SLL_HEADER_BYTES = 16;
const SLL2_HEADER_BYTES = 20;
/** `sll_pkttype`. */
const SLL_TO_US = 0;
const SLL_OUTGOING = 4;

export interface LinkFrame {
  /** Hex with colons, where the link has them. */
  readonly sourceMac?: string;
  readonly destinationMac?: string;
  /** What the link itself says: a cooked frame was sent or received by the machine that captured. */
  readonly direction?: "sent" | "received";
  /** Tags between Ethernet's addresses and what they carry. */
  readonly vlanTags: number;
  readonly etherType: number | undefined;
  /** From the IP header on, padding included; undefined: no IP. */
  readonly ip: Buffer | undefined;
}

/** @returns undefined: a link type that isn't known here; a frame too short for its link has no IP */
export function readLink(linkType: number, frame: Buffer): LinkFrame | undefined {
  switch (linkType) {
    case LINK.ethernet:
      return readEthernet(frame);
    case LINK.linuxCooked:
      return readCooked(frame, SLL_HEADER_BYTES, 14, frame.length >= 2 ? frame.readUInt16BE(0) : undefined);
    case LINK.linuxCooked2:
      return readCooked(frame, SLL2_HEADER_BYTES, 0, frame[10]);
    case LINK.null:
    case LINK.loop:
      return { vlanTags: 0, etherType: undefined, ip: frame.length < 4 ? undefined : bareIp(frame.subarray(4)) };
    case LINK.rawBsd:
    case LINK.rawOpenBsd:
    case LINK.raw:
    case LINK.ipv4:
    case LINK.ipv6:
      return { vlanTags: 0, etherType: undefined, ip: bareIp(frame) };
    default:
      return undefined;
  }
}

function readEthernet(frame: Buffer): LinkFrame {
  if (frame.length < 14) return { vlanTags: 0, etherType: undefined, ip: undefined };
  const addresses = { destinationMac: macText(frame.subarray(0, 6)), sourceMac: macText(frame.subarray(6, 12)) };
  let at = 12;
  let vlanTags = 0;
  while (at + 6 <= frame.length && ETHERTYPES_VLAN.has(frame.readUInt16BE(at))) {
    at += 4;
    vlanTags += 1;
  }
  const etherType = frame.readUInt16BE(at);
  return { ...addresses, vlanTags, etherType, ip: ipOf(etherType, frame.subarray(at + 2)) };
}

function readCooked(frame: Buffer, headerBytes: number, typeAt: number, packetType: number | undefined): LinkFrame {
  if (frame.length < headerBytes) return { vlanTags: 0, etherType: undefined, ip: undefined };
  const etherType = frame.readUInt16BE(typeAt);
  const direction = packetType === SLL_OUTGOING ? "sent" : packetType === SLL_TO_US ? "received" : undefined;
  const ip = ipOf(etherType, frame.subarray(headerBytes));
  return { ...(direction === undefined ? {} : { direction }), vlanTags: 0, etherType, ip };
}

function ipOf(etherType: number, rest: Buffer): Buffer | undefined {
  return etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6 ? rest : undefined;
}

function bareIp(bytes: Buffer): Buffer | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 4 || version === 6 ? bytes : undefined;
}

/** @param bytes the six of an address */
export function macText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/(..)(?=.)/g, "$1:");
}
