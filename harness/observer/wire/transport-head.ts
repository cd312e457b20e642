/** The headers of UDP and TCP, as far as anybody here needs them (RFC 768, RFC 9293). */

export interface UdpHead {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** As the header says, itself included. */
  readonly length: number;
}

export const UDP_HEAD_BYTES = 8;

/** @param bytes behind the IP header @returns undefined for what is no header */
export function readUdpHead(bytes: Buffer): UdpHead | undefined {
  if (bytes.length < UDP_HEAD_BYTES) return undefined;
  const length = bytes.readUInt16BE(4);
  if (length < UDP_HEAD_BYTES) return undefined;
  return { sourcePort: bytes.readUInt16BE(0), destinationPort: bytes.readUInt16BE(2), length };
}

export interface SegmentFlags {
  readonly syn: boolean;
  readonly ack: boolean;
  readonly fin: boolean;
  readonly rst: boolean;
}

export interface TcpHead extends SegmentFlags {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** Options included. */
  readonly headerBytes: number;
}

/** @param bytes behind the IP header @returns undefined for what is no whole header */
export function readTcpHead(bytes: Buffer): TcpHead | undefined {
  if (bytes.length < 20) return undefined;
  const headerBytes = (bytes.readUInt8(12) >> 4) * 4;
  if (headerBytes < 20 || headerBytes > bytes.length) return undefined;
  const flags = bytes.readUInt8(13);
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    headerBytes,
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    ack: (flags & 16) !== 0,
  };
}
