/** Frames that an honest machine never sends, between the ends of a recorded run: written from the formats' descriptions. */
import { withChecksums } from "./checksums.ts";
import { framesAtFirstNic, wayOf, type Way } from "./wire.ts";
import { viewTcp } from "./tcp-segments.ts";
import type { RecordedRun } from "../recordings/recording.ts";

export interface PlantedEnd {
  readonly mac: Buffer;
  readonly ip: Buffer;
}

export interface PlantedWay {
  readonly from: PlantedEnd;
  readonly to: PlantedEnd;
}

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;
export const BROADCAST_MAC = Buffer.alloc(6, 0xff);

/** @returns the ends of the run's first session, whichever transport carried it */
export function endsOf(run: RecordedRun, way: Way = "up"): PlantedWay {
  const isUp = (frame: Buffer): boolean => wayOf(frame) === "up" || viewTcp(frame)?.fromClient === true;
  const frame = framesAtFirstNic(run).find(isUp) ?? Buffer.alloc(60);
  const dialler = { mac: frame.subarray(6, 12), ip: frame.subarray(26, 30) };
  const daemon = { mac: frame.subarray(0, 6), ip: frame.subarray(30, 34) };
  return way === "up" ? { from: dialler, to: daemon } : { from: daemon, to: dialler };
}

export function plantedEthernet({ from, to }: PlantedWay, type: number, body: Buffer): Buffer {
  return Buffer.concat([to.mac, from.mac, bytes16(type), body]);
}

export function plantedIpv4(way: PlantedWay, protocol: number, payload: Buffer): Buffer {
  const head = Buffer.concat([Buffer.from([0x45, 0]), bytes16(20 + payload.length), bytes16(0), bytes16(0x4000)]);
  const rest = [Buffer.from([64, protocol]), bytes16(0), way.from.ip, way.to.ip, payload];
  return withChecksums(plantedEthernet(way, 0x0800, Buffer.concat([head, ...rest])));
}

export function plantedUdp(way: PlantedWay, ports: readonly [number, number], payload: Buffer): Buffer {
  return plantedIpv4(
    way,
    17,
    Buffer.concat([bytes16(ports[0]), bytes16(ports[1]), bytes16(8 + payload.length), bytes16(0), payload]),
  );
}

export interface PlantedSegment {
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  readonly payload?: Buffer;
}

export function plantedTcp(way: PlantedWay, ports: readonly [number, number], segment: PlantedSegment): Buffer {
  const { sequence, acknowledgement = 0, flags, payload = Buffer.alloc(0) } = segment;
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(sequence >>> 0, 0);
  numbers.writeUInt32BE(acknowledgement >>> 0, 4);
  const fields = [Buffer.from([0x50, flags]), bytes16(64_240), bytes16(0), bytes16(0)];
  return plantedIpv4(way, 6, Buffer.concat([bytes16(ports[0]), bytes16(ports[1]), numbers, ...fields, payload]));
}

export function plantedIcmp(way: PlantedWay, type: number, code: number, rest: Buffer): Buffer {
  return plantedIpv4(way, 1, Buffer.concat([Buffer.from([type, code, 0, 0]), rest]));
}

/** @param about address that is asked for @param padding behind the packet, up to the least length of a frame */
export function plantedArp(way: PlantedWay, about: Buffer, padding = Buffer.alloc(0)): Buffer {
  const head = Buffer.from("0001080006040001", "hex");
  const body = Buffer.concat([head, way.from.mac, way.from.ip, Buffer.alloc(6), about, padding]);
  return plantedEthernet({ ...way, to: { ...way.to, mac: BROADCAST_MAC } }, 0x0806, body);
}

/** @returns a connection that is opened in order and then says something in clear, each way */
export function plantedConnection(
  run: RecordedRun,
  ports: readonly [number, number],
  said: { readonly up: Buffer; readonly down?: Buffer; readonly again?: Buffer },
): Buffer[] {
  const [up, down] = [endsOf(run), endsOf(run, "down")];
  const back = [ports[1], ports[0]] as const;
  const [mine, theirs] = [1_000, 2_000_000];
  const { ack, psh, syn } = TCP_FLAG;
  const { down: answer = Buffer.alloc(0), again = Buffer.alloc(0) } = said;
  const afterUp = mine + 1 + said.up.length;
  const afterDown = theirs + 1 + answer.length;
  const opening = [
    plantedTcp(up, ports, { sequence: mine, flags: syn }),
    plantedTcp(down, back, { sequence: theirs, acknowledgement: mine + 1, flags: syn | ack }),
    plantedTcp(up, ports, { sequence: mine + 1, acknowledgement: theirs + 1, flags: ack }),
  ];
  const talk = [
    plantedTcp(up, ports, { sequence: mine + 1, acknowledgement: theirs + 1, flags: psh | ack, payload: said.up }),
    plantedTcp(down, back, { sequence: theirs + 1, acknowledgement: afterUp, flags: psh | ack, payload: answer }),
    plantedTcp(up, ports, { sequence: afterUp, acknowledgement: afterDown, flags: psh | ack, payload: again }),
  ];
  return [...opening, ...talk];
}

export function bytes16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
