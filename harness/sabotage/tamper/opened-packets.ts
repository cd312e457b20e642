/** Sealed packets of a recorded run, opened, changed and sealed again at every NIC: header, receiver state and body alike. */
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import { parseEvents } from "./console-edit.ts";
import { viewUdp, withPayload } from "./frames.ts";
import { DATA, openBody, packetType, sealLike } from "./sealed-packets.ts";
import { countAs, editFrames, framesAtFirstNic, wayOf, type Way } from "./wire.ts";

export interface ResealedPacket {
  readonly way: Way;
  /** Low half ‖ high half, hex. */
  readonly sessionId: string;
  readonly type: number;
  readonly flags: number;
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
  /** Receiver state first. */
  readonly plain: Buffer;
}

type Keys = ReadonlyMap<string, Readonly<Record<Way, Buffer>>>;

/** @param edit @returns undefined from it: as it is; an empty list: it never left, and no kernel counted it */
export function editPackets(
  run: RecordedRun,
  edit: (packet: ResealedPacket) => readonly ResealedPacket[] | undefined,
): RecordedRun {
  const keys = keysOf(run.nodes);
  const more: Record<Way, number> = { up: 0, down: 0 };
  for (const frame of framesAtFirstNic(run)) {
    const packet = openPacket(frame, keys);
    const edited = packet === undefined ? undefined : edit(packet);
    if (packet !== undefined && edited !== undefined) more[packet.way] += edited.length - 1;
  }
  const edited = editFrames(run, (frame) => {
    const packet = openPacket(frame, keys);
    const left = packet === undefined ? undefined : edit(packet);
    return left === undefined ? [frame] : left.map((each) => sealPacket(frame, each, keys));
  });
  return countAs(countAs(edited, "up", more.up), "down", more.down);
}

/** @param packet is not changed @returns it with other bytes in its plaintext */
export function withPlain(packet: ResealedPacket, change: (plain: Buffer) => void): ResealedPacket {
  const plain = Buffer.from(packet.plain);
  change(plain);
  return { ...packet, plain };
}

function keysOf(nodes: readonly NodeRecording[]): Keys {
  const told = nodes.flatMap(({ events }) => parseEvents(events)).filter(({ kind }) => kind === "session-keys");
  const key = (value: unknown): Buffer => Buffer.from(String(value), "hex");
  return new Map(
    told.map(({ data }) => [
      String(data["sessionId"]),
      { up: key(data["initiatorKey"]), down: key(data["responderKey"]) },
    ]),
  );
}

function openPacket(frame: Buffer, keys: Keys): ResealedPacket | undefined {
  const way = wayOf(frame);
  const payload = viewUdp(frame)?.payload;
  if (way === undefined || payload === undefined || (packetType(payload) ?? 0) < DATA) return undefined;
  const sessionId = payload.toString("hex", 4, 12);
  const key = keys.get(sessionId)?.[way];
  if (key === undefined) return undefined;
  return {
    ...{ way, sessionId, type: payload.readUInt8(1), flags: payload.readUInt8(2) },
    ...{ packetNumber: payload.readUInt32LE(12), ack: payload.readUInt32LE(16), ackBits: payload.readUInt32LE(20) },
    plain: openBody(payload, key),
  };
}

function sealPacket(frame: Buffer, packet: ResealedPacket, keys: Keys): Buffer {
  const { type, flags, packetNumber, plain } = packet;
  const like = Buffer.from(viewUdp(frame)?.payload ?? Buffer.alloc(0));
  like.writeUInt32LE(packet.ack, 16);
  like.writeUInt32LE(packet.ackBits >>> 0, 20);
  const key = keys.get(packet.sessionId)?.[packet.way];
  return withPayload(frame, sealLike(like, { type, flags, packetNumber }, plain, key));
}
