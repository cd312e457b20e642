/** UDP-sec traffic sorted into sessions; packets are opened where their handshake was. */
import { endpointText } from "./decode/packet.ts";
import { openPacket, type OpenedPacket } from "./decode/opener.ts";
import {
  initiatorHalf,
  isSealedType,
  MSG1,
  MSG2,
  MSG3,
  readUdpSecHeader,
  RETRY,
  type UdpSecHeader,
} from "./decode/udp-sec-header.ts";
import type { Direction } from "../../capture/captured-frame.ts";
import type { SessionKeyRecord } from "./evidence-input.ts";
import type { Tap } from "./tap.ts";

export interface SeenPacket {
  readonly tap: Tap;
  readonly direction: Direction;
  readonly from: string;
  readonly to: string;
  readonly header: UdpSecHeader;
  readonly datagramBytes: number;
  /** On the clock of the tap's file: only differences mean anything. */
  readonly timeUs: number;
}

/** A UDP datagram from or to the session port that isn't a packet of the protocol. */
export interface StrayDatagram {
  readonly tap: Tap;
  readonly direction: Direction;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

export interface UdpSession {
  /** As on the wire. */
  readonly id: string;
  /** MSG1 of this attempt: found by the initiator's half of the id. */
  readonly msg1: readonly SeenPacket[];
  readonly packets: readonly SeenPacket[];
  readonly hasKey: boolean;
  /** Which way a packet goes. */
  isFromInitiator(packet: SeenPacket): boolean;
  /** @returns undefined without a key, or if the packet doesn't open */
  open(packet: SeenPacket): OpenedPacket | undefined;
}

export interface UdpTraffic {
  readonly sessions: readonly UdpSession[];
  /** MSG1 and RETRY, whether or not anybody answered. */
  readonly attempts: readonly SeenPacket[];
  readonly strays: readonly StrayDatagram[];
}

export function sortUdpTraffic(taps: readonly Tap[], port: number, keys: readonly SessionKeyRecord[]): UdpTraffic {
  const attempts: SeenPacket[] = [];
  const strays: StrayDatagram[] = [];
  const bySession = new Map<string, SeenPacket[]>();
  for (const seen of datagramsOf(taps, port)) {
    if (seen.header === undefined) strays.push({ ...seen, bytes: seen.datagramBytes });
    else if (seen.header.type === MSG1 || seen.header.type === RETRY) attempts.push({ ...seen, header: seen.header });
    else {
      const packets = bySession.get(seen.header.sessionId) ?? [];
      packets.push({ ...seen, header: seen.header });
      bySession.set(seen.header.sessionId, packets);
    }
  }
  const sessions = [...bySession].map(([id, packets]) => {
    const half = initiatorHalf(id);
    const msg1 = attempts.filter(({ header }) => header.type === MSG1 && initiatorHalf(header.sessionId) === half);
    const key = keys.find((record) => record.sessionId.toLowerCase() === id);
    return makeSession(id, msg1, packets, key, port);
  });
  return { sessions, attempts, strays };
}

/** @returns the same traffic as seen at some of the taps only */
export function trafficAt(traffic: UdpTraffic, taps: ReadonlySet<Tap>): UdpTraffic {
  const here = (seen: { readonly tap: Tap }): boolean => taps.has(seen.tap);
  return {
    sessions: traffic.sessions
      .map((session) => ({ ...session, msg1: session.msg1.filter(here), packets: session.packets.filter(here) }))
      .filter((session) => session.packets.length > 0),
    attempts: traffic.attempts.filter(here),
    strays: traffic.strays.filter(here),
  };
}

export function sealedPackets(session: UdpSession): SeenPacket[] {
  return session.packets.filter(({ header }) => isSealedType(header.type));
}

/** Packets as they left: what a faulty network made of them at the receiver says nothing about the sender. */
export function asSent<T extends { readonly direction: Direction }>(seen: readonly T[]): T[] {
  return seen.filter(({ direction }) => direction !== "received");
}

function* datagramsOf(
  taps: readonly Tap[],
  port: number,
): Generator<Omit<SeenPacket, "header"> & { readonly header: UdpSecHeader | undefined }> {
  for (const tap of taps) {
    for (const { packet, direction, captured } of tap.frames) {
      const udp = packet?.ip?.transport;
      if (packet?.ip === undefined || udp?.kind !== "udp") continue;
      if (udp.sourcePort !== port && udp.destinationPort !== port) continue;
      yield {
        tap,
        direction,
        from: endpointText(packet.ip.source, udp.sourcePort),
        to: endpointText(packet.ip.destination, udp.destinationPort),
        header: readUdpSecHeader(udp.payload),
        datagramBytes: udp.payloadLength,
        timeUs: captured.timeUs,
      };
    }
  }
}

function makeSession(
  id: string,
  msg1: readonly SeenPacket[],
  packets: readonly SeenPacket[],
  key: SessionKeyRecord | undefined,
  port: number,
): UdpSession {
  const initiator = findInitiator(msg1, packets, port);
  const opened = new Map<UdpSecHeader, OpenedPacket | undefined>();
  const isFromInitiator = (packet: SeenPacket): boolean => packet.from === initiator;
  const open = (packet: SeenPacket): OpenedPacket | undefined => {
    if (key === undefined || !isSealedType(packet.header.type)) return undefined;
    if (!opened.has(packet.header)) {
      const secret = isFromInitiator(packet) ? key.initiatorKey : key.responderKey;
      opened.set(packet.header, openPacket(packet.header, secret));
    }
    return opened.get(packet.header);
  };
  return { id, msg1, packets, hasKey: key !== undefined, isFromInitiator, open };
}

/** The handshake tells who dialled; in a capture without it, the end that doesn't use the session port did. */
function findInitiator(msg1: readonly SeenPacket[], packets: readonly SeenPacket[], port: number): string | undefined {
  const msg3 = packets.find(({ header }) => header.type === MSG3);
  const msg2 = packets.find(({ header }) => header.type === MSG2);
  const known = msg3?.from ?? msg2?.to ?? msg1[0]?.from;
  if (known !== undefined) return known;
  const first = packets[0];
  return first?.to.endsWith(`:${port}`) === true ? first.from : first?.to;
}
