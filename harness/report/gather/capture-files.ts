/** The captures that a run left, all frames with where they stand, on one clock as far as there is one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { journalIn } from "../../capture/capture-notes.ts";
import { streamCapture } from "../../capture/capture-stream.ts";
import { decodePacket, type Packet } from "../../evidence/scene/decode/packet.ts";
import type { CapturedFrame, Direction } from "../../capture/captured-frame.ts";
import { FABRIC_CAPTURE } from "../../worlds/live/run-network.ts";
import { captureClock, type CaptureClock } from "./capture-clock.ts";
import type { ReadPlan } from "./read-plan.ts";

const NIC_CAPTURE = /^(?<node>.+)-nic(?<nic>\d+)\.pcap$/;

export interface ReportedCapture {
  readonly path: string;
  readonly name: string;
  /** Of a file of one NIC: `a.0`, and its address. */
  readonly tap: string | undefined;
  readonly mac: string | undefined;
}

export interface PlacedFrame {
  readonly file: number;
  /** As Wireshark counts, from 1. */
  readonly number: number;
  readonly tap: string;
  readonly direction: Direction;
  readonly frame: CapturedFrame;
  readonly packet: Packet | undefined;
}

/** @returns the switch's capture, which has every NIC; without a switch each NIC's own */
export function captureFilesOf(folder: string, plan: ReadPlan | undefined): ReportedCapture[] {
  const fabric = join(folder, FABRIC_CAPTURE);
  if (existsSync(fabric)) return [{ path: fabric, name: FABRIC_CAPTURE, tap: undefined, mac: undefined }];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const { node = "", nic = "" } = NIC_CAPTURE.exec(name)?.groups ?? {};
      if (node === "") return [];
      const mac = plan?.nodes.find((one) => one.name === node)?.macs[Number(nic)]?.toLowerCase();
      return [{ path: join(folder, name), name, tap: `${node}.${nic}`, mac }];
    });
}

/** Frame by frame: a capture need not fit into memory. What is damaged ends the file, and `onProblem` is told. */
export async function* framesOf(
  files: readonly ReportedCapture[],
  onProblem: (file: string, what: string) => void,
): AsyncGenerator<PlacedFrame> {
  for (const [file, { path, name, tap, mac }] of files.entries()) {
    const interfaces = new Map<number, string>();
    for await (const item of streamCapture(path)) {
      if (item.kind === "interface" && item.name !== undefined) interfaces.set(item.index, item.name);
      if (item.kind === "problem") onProblem(name, item.what);
      if (item.kind !== "frame") continue;
      const { frame, number, interfaceIndex } = item;
      const packet = decodePacket(frame.bytes);
      const direction = directionOf(frame, packet, mac);
      yield { file, number, tap: tap ?? interfaces.get(interfaceIndex) ?? basename(path), direction, frame, packet };
    }
  }
}

/** @param journal of the switch @returns by how much their clock is ahead of the run's */
export async function clockOfCaptures(
  files: readonly ReportedCapture[],
  journal: readonly { readonly message: string; readonly timeUs: number }[],
  rungs: Parameters<typeof captureClock>[1],
  startedAt: string,
): Promise<CaptureClock> {
  return captureClock(journal, rungs, startedAt, journal[0]?.timeUs ?? (await firstFrameUs(files)));
}

async function firstFrameUs(files: readonly ReportedCapture[]): Promise<number | undefined> {
  for await (const { frame } of framesOf(files, () => undefined)) return frame.timeUs;
  return undefined;
}

function directionOf({ direction }: CapturedFrame, packet: Packet | undefined, mac: string | undefined): Direction {
  if (direction !== "unknown" || mac === undefined || packet === undefined) return direction;
  return packet.sourceMac === mac ? "sent" : "received";
}

/** @returns all that the switch wrote beside the frames, by the frames' clock; nothing without a switch */
export function journalOf(files: readonly ReportedCapture[]): { readonly message: string; readonly timeUs: number }[] {
  return files.filter(({ name }) => name === FABRIC_CAPTURE).flatMap(({ path }) => journalIn(readFileSync(path)));
}
