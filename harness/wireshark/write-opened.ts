/** A capture again, with its payloads open. */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { CapturedFrame } from "../capture/captured-frame.ts";
import { streamCapture } from "../capture/capture-stream.ts";
import { enhancedPacket, interfaceDescription, journalEntry, sectionHeader } from "../capture/pcapng-blocks.ts";
import { decodeFrame } from "../observer/wire/frame.ts";
import { UDP_SEC_HEADER_BYTES } from "../observer/wire/udp-header.ts";
import { OWNERS_ALONE } from "../run/judge/secrets-file.ts";
import type { OpenedCapture, OpenedFrame } from "./opened-capture.ts";

/** Stands where a packet's seal stood, which is as long: who reads the file knows by it that what comes before is plaintext. */
export const OPENED_MARK = "udpsec plaintext";
const UDP_CHECKSUM_BEHIND = 2;

export interface WrittenCapture {
  readonly frames: number;
  readonly opened: number;
  /** What of the capture could not be read. */
  readonly problems: readonly string[];
}

/** @param path of the capture @param output pcapng, written anew @throws what the operating system says */
export async function writeOpened(path: string, { packets }: OpenedCapture, output: string): Promise<WrittenCapture> {
  const file = createWriteStream(output, { mode: OWNERS_ALONE });
  const done = finished(file);
  // Without a listener a full disk would end the process before anybody waits for it.
  done.catch(() => undefined);
  const write = async (bytes: Buffer): Promise<void> => {
    if (!file.write(bytes)) await Promise.race([once(file, "drain"), done]);
  };
  const problems: string[] = [];
  let [frames, opened, lastUs] = [0, 0, 0];
  await write(sectionHeader("udpsec decrypt"));
  for await (const item of streamCapture(path)) {
    if (item.kind === "interface") await write(interfaceDescription(item.name ?? "", item.linkType));
    else if (item.kind === "note") await write(journalEntry(item.timeUs ?? lastUs, item.message));
    else if (item.kind === "problem") problems.push(item.what);
    else if (item.kind === "frame") {
      const { frame, number, linkType, interfaceIndex } = item;
      const packet = packets.get(number);
      const bytes = packet?.plaintext === undefined ? frame.bytes : openedFrame(linkType, frame, packet);
      frames += 1;
      if (packet !== undefined) opened += 1;
      lastUs = frame.timeUs;
      const comments = [...frame.comments, ...(packet?.words ?? [])].join("; ");
      const { direction } = frame;
      await write(
        enhancedPacket(interfaceIndex, frame.timeUs, bytes, direction, comments === "" ? undefined : comments),
      );
    }
  }
  file.end();
  await done;
  return { frames, opened, problems };
}

/** In place: all lengths stay. A sum that nobody made is left out, as IPv4 has it (RFC 768). */
function openedFrame(linkType: number, frame: CapturedFrame, { plaintext }: OpenedFrame): Buffer {
  const content = decodeFrame(linkType, frame.bytes)?.content;
  const isWhole = content?.kind === "udp" && plaintext !== undefined;
  const sealedBytes = isWhole ? content.payload.length - UDP_SEC_HEADER_BYTES : 0;
  if (!isWhole || sealedBytes !== plaintext.length + OPENED_MARK.length) return frame.bytes;
  const at = content.payload.byteOffset - frame.bytes.byteOffset;
  const bytes = Buffer.from(frame.bytes);
  bytes.set(plaintext, at + UDP_SEC_HEADER_BYTES);
  bytes.write(OPENED_MARK, at + UDP_SEC_HEADER_BYTES + plaintext.length, "latin1");
  bytes.writeUInt16BE(0, at - UDP_CHECKSUM_BEHIND);
  return bytes;
}
