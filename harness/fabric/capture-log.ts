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
  readonly #sink: FileSink;
  readonly #interfaces: ReadonlyMap<string, number>;
  readonly #timeUs: () => number;

  private constructor(sink: FileSink, nics: readonly string[], timeUs: () => number) {
    this.#sink = sink;
    this.#interfaces = new Map(nics.map((name, index) => [name, index]));
    this.#timeUs = timeUs;
    sink.append(sectionHeader("udpsec fabric"));
    for (const name of nics) sink.append(interfaceDescription(name));
  }

  /** @param timeUs wall clock, never falling @throws HarnessError `fabric-file` */
  static async open(
    path: string,
    nics: readonly string[],
    timeUs: () => number,
    onFailure: (error: HarnessError) => void,
  ): Promise<CaptureLog> {
    return new CaptureLog(await FileSink.open(path, onFailure), nics, timeUs);
  }

  /** Frames and markers that the disk could not take in time. */
  get lost(): number {
    return this.#sink.lostChunks;
  }

  frame(nic: string, direction: FrameDirection, frame: Buffer, comment?: string): void {
    const index = this.#interfaces.get(nic);
    if (index !== undefined) this.#sink.append(enhancedPacket(index, this.#timeUs(), frame, direction, comment));
  }

  note(text: string): void {
    this.#sink.append(journalEntry(this.#timeUs(), text));
  }

  async close(): Promise<void> {
    await this.#sink.close();
  }
}
