/** What the switch saw, as pcapng: an interface per NIC, faults as comments, markers as records, all on one clock. */
import type { HarnessError } from "../host/harness-error.ts";
import { FileSink } from "./file-sink.ts";
import {
  enhancedPacket,
  interfaceDescription,
  journalEntry,
  sectionHeader,
  type FrameDirection,
} from "../capture/pcapng-blocks.ts";

export class CaptureLog {
  readonly #sink: FileSink | undefined;
  readonly #interfaces: ReadonlyMap<string, number>;
  readonly #timeUs: (atMs?: number) => number;

  private constructor(sink: FileSink | undefined, nics: readonly string[], timeUs: (atMs?: number) => number) {
    this.#sink = sink;
    this.#interfaces = new Map(nics.map((name, index) => [name, index]));
    this.#timeUs = timeUs;
    sink?.append(sectionHeader("udpsec fabric"));
    for (const name of nics) sink?.append(interfaceDescription(name));
  }

  /** @param path undefined: nothing is written @param timeUs wall clock, never falling, now or at a time of the switch's @throws HarnessError `fabric-file` */
  static async open(
    path: string | undefined,
    nics: readonly string[],
    timeUs: (atMs?: number) => number,
    onFailure: (error: HarnessError) => void,
  ): Promise<CaptureLog> {
    const sink = path === undefined ? undefined : await FileSink.open(path, onFailure);
    return new CaptureLog(sink, nics, timeUs);
  }

  /** Frames and markers that the disk could not take in time. */
  get lost(): number {
    return this.#sink?.lostChunks ?? 0;
  }

  /** @param more what to remark, and when it was seen: now, unless it is said */
  frame(
    nic: string,
    direction: FrameDirection,
    frame: Buffer,
    { comment, atMs }: { readonly comment?: string; readonly atMs?: number } = {},
  ): void {
    const index = this.#interfaces.get(nic);
    if (index !== undefined) this.#sink?.append(enhancedPacket(index, this.#timeUs(atMs), frame, direction, comment));
  }

  note(text: string, atMs?: number): void {
    this.#sink?.append(journalEntry(this.#timeUs(atMs), text));
  }

  async close(): Promise<void> {
    await this.#sink?.close();
  }
}
