/** The lines of a run in virtual time (contract/virtual-frame.ts) as a capture that Wireshark opens. */
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { VirtualFrame } from "../../../contract/virtual-frame.ts";
import { tcpFrame, udpFrame } from "../../capture/build-frame.ts";
import { enhancedPacket, interfaceDescription, sectionHeader } from "../../capture/pcapng-blocks.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * @param linesPath made by the program that ran it @param capturePath of the pcapng that comes of them
 * @throws the platform's error if a file can't be read or written
 */
export async function writeVirtualCapture(linesPath: string, capturePath: string): Promise<void> {
  const file = await open(capturePath, "w", 0o600);
  try {
    const writer = new CaptureWriter(file);
    for await (const line of createInterface({ input: createReadStream(linesPath) })) {
      await writer.add(JSON.parse(line) as VirtualFrame);
    }
    await writer.flush();
  } finally {
    await file.close();
  }
}

class CaptureWriter {
  readonly #file: FileHandle;
  readonly #interfaces = new Map<string, number>();
  #blocks: Buffer[] = [sectionHeader("udpsec virtual time")];
  #bytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async add({ atUs, nic, direction, from, to, payload, tcp, comment }: VirtualFrame): Promise<void> {
    const bytes = Buffer.from(payload, "hex");
    const frame = tcp === undefined ? udpFrame(from, to, bytes) : tcpFrame(from, to, tcp, bytes);
    this.#push(enhancedPacket(this.#interfaceOf(nic), atUs, frame, direction, comment));
    if (this.#bytes >= CHUNK_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    await this.#file.write(Buffer.concat(this.#blocks));
    this.#blocks = [];
    this.#bytes = 0;
  }

  /** Described when it is first seen: a file may name its interfaces one after the other. */
  #interfaceOf(nic: string): number {
    const known = this.#interfaces.get(nic);
    if (known !== undefined) return known;
    const index = this.#interfaces.size;
    this.#interfaces.set(nic, index);
    this.#push(interfaceDescription(nic));
    return index;
  }

  #push(block: Buffer): void {
    this.#blocks.push(block);
    this.#bytes += block.length;
  }
}
