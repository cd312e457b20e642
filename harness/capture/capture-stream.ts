/** A capture file of any size, read as it comes: what is wrong with it is told where it begins, and ends it. */
import { createReadStream } from "node:fs";
import { CaptureDamaged, type CaptureItem, type CaptureParser } from "./capture-item.ts";
import { isPcap, PcapParser } from "./pcap.ts";
import { isPcapng, PcapngParser } from "./pcapng.ts";

const CHUNK_BYTES = 1 << 20;
/** So much tells which format it is. */
const BEGINNING_BYTES = 12;

/** Nothing behind it can be read. */
export interface CaptureProblem {
  readonly kind: "problem";
  readonly what: string;
}

/** @throws what the operating system says if the file can't be read */
export async function* streamCapture(path: string): AsyncGenerator<CaptureItem | CaptureProblem, undefined> {
  let parser: CaptureParser | undefined;
  let beginning: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      if (parser === undefined) {
        beginning = Buffer.concat([beginning, chunk]);
        if (beginning.length < BEGINNING_BYTES) continue;
        parser = parserFor(beginning);
        yield* parser.push(beginning);
      } else yield* parser.push(chunk);
    }
    if (parser === undefined) yield { kind: "problem", what: "the file is empty, or too short for a capture" };
    else if (parser.end()) yield { kind: "problem", what: "the file ends within a record" };
  } catch (error) {
    if (!(error instanceof CaptureDamaged)) throw error;
    yield { kind: "problem", what: error.message };
  }
  return undefined;
}

function parserFor(beginning: Buffer): CaptureParser {
  if (isPcapng(beginning)) return new PcapngParser();
  if (isPcap(beginning)) return new PcapParser();
  throw new CaptureDamaged("neither pcap nor pcapng");
}
