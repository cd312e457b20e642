/** A capture of machines' NICs, read whole: all of Ethernet. */
import { HarnessError } from "../host/harness-error.ts";
import { CaptureDamaged, type CaptureParser } from "./capture-item.ts";
import { LINK_TYPE_ETHERNET, type CapturedFrame, type CapturedInterface, type CaptureFile } from "./captured-frame.ts";
import { PcapParser } from "./pcap.ts";
import { PcapngParser } from "./pcapng.ts";

/** @throws HarnessError `capture-damaged` for a bad header, another link type or an impossible record */
export function readPcap(bytes: Buffer, path: string): CaptureFile {
  return readWhole(new PcapParser(), bytes, path);
}

/** @throws HarnessError `capture-damaged` */
export function readPcapng(bytes: Buffer, path: string): CaptureFile {
  return readWhole(new PcapngParser(), bytes, path);
}

function readWhole(parser: CaptureParser, bytes: Buffer, path: string): CaptureFile {
  const interfaces: (CapturedInterface & { readonly frames: CapturedFrame[] })[] = [];
  try {
    for (const item of parser.push(bytes)) {
      if (item.kind === "interface") {
        if (item.linkType !== LINK_TYPE_ETHERNET)
          throw new CaptureDamaged(`link type ${item.linkType}, expected Ethernet (1)`);
        interfaces[item.index] = { name: item.name, frames: [] };
      }
      if (item.kind === "frame") interfaces[item.interfaceIndex]?.frames.push(item.frame);
    }
    return { interfaces, cutShort: parser.end() };
  } catch (error) {
    throw error instanceof CaptureDamaged ? damaged(path, error) : error;
  }
}

function damaged(path: string, cause: CaptureDamaged): HarnessError {
  return new HarnessError(
    "capture-damaged",
    `${path}: ${cause.message}`,
    "look at it with `tshark -r`; if the disk was full, free some and run again",
    { kind: "check-failed", cause },
  );
}
