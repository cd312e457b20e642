/** What a connection counts. Packets are datagrams that were sealed or opened. */
export interface ConnectionCounters {
  packetsSent: number;
  packetsReceived: number;
  bytesSent: number;
  bytesReceived: number;
  ackPacketsSent: number;
  probesSent: number;
  pingsSent: number;
  retransmittedPackets: number;
  failedOpens: number;
  duplicates: number;
}

export function newConnectionCounters(): ConnectionCounters {
  return {
    packetsSent: 0,
    packetsReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    ackPacketsSent: 0,
    probesSent: 0,
    pingsSent: 0,
    retransmittedPackets: 0,
    failedOpens: 0,
    duplicates: 0,
  };
}
