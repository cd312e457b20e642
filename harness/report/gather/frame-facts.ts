/** One frame, as the report shows it: what it is, whose, and what stands in it if it can be opened. */
import { readUdpSecHeader, type UdpSecHeader } from "../../evidence/scene/decode/udp-sec-header.ts";
import { endpointText, type IpPacket, type Packet } from "../../evidence/scene/decode/packet.ts";
import type { PacketKind } from "../model/packet-kinds.ts";

const NAMES: ReadonlyMap<number, PacketKind> = new Map([
  [0x01, "MSG1"],
  [0x02, "MSG2"],
  [0x03, "MSG3"],
  [0x04, "RETRY"],
  [0x10, "DATA"],
  [0x11, "ACK"],
  [0x12, "PING"],
  [0x13, "CLOSE"],
]);

const ETHER_TYPE_AT = 12;
const ETHERNET_BYTES = 14;
const TYPE_ARP = 0x0806;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const IPV4_PROTOCOL_AT = 9;
const IPV6_NEXT_AT = 6;
const ICMP: ReadonlySet<number> = new Set([1, 58]);

export interface FrameFacts {
  readonly kind: PacketKind;
  readonly from: string;
  readonly to: string;
  readonly header: UdpSecHeader | undefined;
  /** Of the transport's payload. */
  readonly payloadBytes: number;
}

export function frameFacts(frame: Buffer, packet: Packet | undefined): FrameFacts {
  const { ip } = packet ?? {};
  const bare = { from: ip?.source ?? packet?.sourceMac ?? "", to: ip?.destination ?? packet?.destinationMac ?? "" };
  if (ip?.transport === undefined) {
    return { ...bare, kind: bareKind(frame, ip), header: undefined, payloadBytes: 0 };
  }
  const { transport } = ip;
  const ends = {
    from: endpointText(ip.source, transport.sourcePort),
    to: endpointText(ip.destination, transport.destinationPort),
  };
  if (transport.kind === "tcp") {
    const { syn, fin, rst, payload } = transport;
    const kind = rst ? "TCP RST" : syn ? "TCP SYN" : fin ? "TCP FIN" : payload.length > 0 ? "TCP data" : "TCP ACK";
    return { ...ends, kind, header: undefined, payloadBytes: payload.length };
  }
  const header = readUdpSecHeader(transport.payload);
  const kind = (header === undefined ? undefined : NAMES.get(header.type)) ?? "UDP";
  return { ...ends, kind, header, payloadBytes: transport.payloadLength };
}

function bareKind(frame: Buffer, ip: IpPacket | undefined): PacketKind {
  const type = frame.length >= ETHERNET_BYTES ? frame.readUInt16BE(ETHER_TYPE_AT) : 0;
  if (type === TYPE_ARP) return "ARP";
  const protocolAt = type === TYPE_IPV4 ? IPV4_PROTOCOL_AT : type === TYPE_IPV6 ? IPV6_NEXT_AT : undefined;
  const protocol = protocolAt === undefined ? undefined : frame[ETHERNET_BYTES + protocolAt];
  if (protocol !== undefined && ICMP.has(protocol)) return "ICMP";
  return ip === undefined ? "other" : "IP";
}
