/** TCP connections to the session port, one tap at a time, and what they carry (dsoftbus-transport.md#10-tcp-transport). */
import { openRecord } from "./decode/opener.ts";
import { endpointText, type TcpSegment } from "./decode/packet.ts";
import { StreamAssembler } from "./decode/stream-assembler.ts";
import type { SessionKeyRecord } from "./evidence-input.ts";
import type { Tap } from "./tap.ts";

export interface ObservedTcpConnection {
  readonly tap: Tap;
  readonly client: string;
  readonly server: string;
  /** The server answered the SYN. */
  readonly accepted: boolean;
  readonly fromClient: StreamAssembler;
  readonly fromServer: StreamAssembler;
}

/** dsoftbus-transport.md#10-tcp-transport: three Noise messages, then records. */
export interface TcpSession {
  readonly connection: ObservedTcpConnection;
  readonly handshakeLengths: readonly number[];
  readonly handshakeOk: boolean;
  readonly hasKey: boolean;
  readonly up: RecordFlow;
  readonly down: RecordFlow;
}

export interface RecordFlow {
  readonly records: number;
  readonly opened: number;
  /** Stream bytes in opened DATA records; without a key what the records could hold at most. */
  readonly dataBytes: number;
  readonly ciphertexts: readonly Buffer[];
  /** What opened, in order. */
  readonly stream: Buffer;
  /** Of each record that opened to stream bytes: where they end, and where it ends among all bytes of its direction. */
  readonly pieces: readonly { readonly streamEnd: number; readonly connectionEnd: number }[];
}

const INITIATOR_LENGTHS = [48, 160];
const RESPONDER_LENGTHS = [144];
const KIND_AND_TAG_BYTES = 17;
const KIND_DATA = 0;
/** Before each message and record. */
const LENGTH_BYTES = 2;

interface Draft {
  readonly tap: Tap;
  readonly client: string;
  readonly server: string;
  readonly clientSequence: number;
  accepted: boolean;
  readonly fromClient: StreamAssembler;
  fromServer: StreamAssembler | undefined;
}

export function tcpConnections(taps: readonly Tap[], port: number): ObservedTcpConnection[] {
  return taps.flatMap((tap) => connectionsAt(tap, port));
}

function connectionsAt(tap: Tap, port: number): ObservedTcpConnection[] {
  const all: Draft[] = [];
  const open = new Map<string, Draft>();
  for (const { packet } of tap.frames) {
    const tcp = packet?.ip?.transport;
    if (packet?.ip === undefined || tcp?.kind !== "tcp") continue;
    if (tcp.sourcePort !== port && tcp.destinationPort !== port) continue;
    const from = endpointText(packet.ip.source, tcp.sourcePort);
    const to = endpointText(packet.ip.destination, tcp.destinationPort);
    const isFromClient = open.has(`${from}>${to}`) || (!open.has(`${to}>${from}`) && tcp.destinationPort === port);
    const [client, server] = isFromClient ? [from, to] : [to, from];
    let draft = open.get(`${client}>${server}`);
    const dialsAnew = isFromClient && tcp.syn && draft !== undefined && draft.clientSequence !== tcp.sequence;
    if (draft === undefined || dialsAnew) {
      draft = startDraft(tap, client, server, tcp, isFromClient);
      open.set(`${client}>${server}`, draft);
      all.push(draft);
    }
    addSegment(draft, tcp, isFromClient);
  }
  return all.map((draft) => ({ ...draft, fromServer: draft.fromServer ?? new StreamAssembler(0) }));
}

function startDraft(tap: Tap, client: string, server: string, tcp: TcpSegment, isFromClient: boolean): Draft {
  const clientSequence = isFromClient ? tcp.sequence : 0;
  const fromClient = new StreamAssembler(firstByte(isFromClient ? tcp : undefined));
  return { tap, client, server, clientSequence, accepted: false, fromClient, fromServer: undefined };
}

function addSegment(draft: Draft, tcp: TcpSegment, isFromClient: boolean): void {
  const sequence = tcp.syn ? tcp.sequence + 1 : tcp.sequence;
  if (isFromClient) {
    draft.fromClient.add(sequence, tcp.payload);
    return;
  }
  if (tcp.syn && tcp.ack) draft.accepted = true;
  if (tcp.rst && tcp.payload.length === 0) return;
  draft.fromServer ??= new StreamAssembler(firstByte(tcp));
  draft.fromServer.add(sequence, tcp.payload);
}

function firstByte(tcp: TcpSegment | undefined): number {
  if (tcp === undefined) return 0;
  return tcp.syn ? tcp.sequence + 1 : tcp.sequence;
}

/** Splits both directions into messages and records; the key is found by trial, a TCP session has no id on the wire. */
export function readTcpSession(connection: ObservedTcpConnection, keys: readonly SessionKeyRecord[]): TcpSession {
  const up = splitMessages(connection.fromClient.read().bytes);
  const down = splitMessages(connection.fromServer.read().bytes);
  const handshake = [up[0], down[0], up[1]].map((message) => message?.length ?? 0);
  const handshakeOk =
    handshake[0] === INITIATOR_LENGTHS[0] &&
    handshake[1] === RESPONDER_LENGTHS[0] &&
    handshake[2] === INITIATOR_LENGTHS[1];
  const upRecords = up.slice(INITIATOR_LENGTHS.length);
  const downRecords = down.slice(RESPONDER_LENGTHS.length);
  const key = keys.find(
    ({ initiatorKey, responderKey }) =>
      opensFirst(downRecords, responderKey) || (downRecords.length === 0 && opensFirst(upRecords, initiatorKey)),
  );
  return {
    connection,
    handshakeLengths: handshake,
    handshakeOk,
    hasKey: key !== undefined,
    up: readRecords(upRecords, key?.initiatorKey, lengthOf(up.slice(0, INITIATOR_LENGTHS.length))),
    down: readRecords(downRecords, key?.responderKey, lengthOf(down.slice(0, RESPONDER_LENGTHS.length))),
  };
}

function opensFirst(records: readonly Buffer[], key: string): boolean {
  const first = records[0];
  return first !== undefined && openRecord(first, 0, key) !== undefined;
}

/** @param startBytes of the direction, before the first record */
function readRecords(records: readonly Buffer[], key: string | undefined, startBytes: number): RecordFlow {
  const stream: Buffer[] = [];
  const pieces: { streamEnd: number; connectionEnd: number }[] = [];
  let connectionEnd = startBytes;
  let opened = 0;
  let dataBytes = 0;
  for (const [counter, record] of records.entries()) {
    connectionEnd += LENGTH_BYTES + record.length;
    if (key === undefined) {
      dataBytes += Math.max(0, record.length - KIND_AND_TAG_BYTES);
      continue;
    }
    const plain = openRecord(record, counter, key);
    if (plain === undefined) continue;
    opened += 1;
    if (plain[0] !== KIND_DATA) continue;
    dataBytes += plain.length - 1;
    stream.push(plain.subarray(1));
    pieces.push({ streamEnd: dataBytes, connectionEnd });
  }
  return { records: records.length, opened, dataBytes, ciphertexts: records, stream: Buffer.concat(stream), pieces };
}

function lengthOf(messages: readonly Buffer[]): number {
  return messages.reduce((sum, { length }) => sum + LENGTH_BYTES + length, 0);
}

/** `len u16 || bytes`; an incomplete one at the end is left out. */
function splitMessages(stream: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= stream.length) {
    const length = stream.readUInt16LE(at);
    if (at + LENGTH_BYTES + length > stream.length) break;
    messages.push(stream.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length));
    at += LENGTH_BYTES + length;
  }
  return messages;
}
