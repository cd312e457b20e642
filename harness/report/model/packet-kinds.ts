/** What a frame is, in one word. The numbers in the columns are places in this list. */
export const PACKET_KINDS = [
  "MSG1",
  "MSG2",
  "MSG3",
  "RETRY",
  "DATA",
  "ACK",
  "PING",
  "CLOSE",
  "TCP SYN",
  "TCP data",
  "TCP ACK",
  "TCP FIN",
  "TCP RST",
  "UDP",
  "ICMP",
  "ARP",
  "IP",
  "other",
] as const;

export type PacketKind = (typeof PACKET_KINDS)[number];

/** Sealed under the keys of a session. */
export const SEALED_KINDS = ["DATA", "ACK", "PING", "CLOSE"] as const satisfies readonly PacketKind[];
export const HANDSHAKE_KINDS = ["MSG1", "MSG2", "MSG3", "RETRY"] as const satisfies readonly PacketKind[];
export const TCP_KINDS = [
  "TCP SYN",
  "TCP data",
  "TCP ACK",
  "TCP FIN",
  "TCP RST",
] as const satisfies readonly PacketKind[];
