import { open } from "node:fs/promises";
import { HarnessError } from "../host/harness-error.ts";
import type { CaptureFile } from "./captured-frame.ts";
import { isPcap } from "./pcap.ts";
import { isPcapng } from "./pcapng.ts";
import { readPcap, readPcapng } from "./whole-capture.ts";

/** A capture is read whole; a run of the built-in profiles writes a few MB. */
export const MAX_CAPTURE_BYTES = 512 * 1024 * 1024;

/**
 * @throws HarnessError `capture-missing`, `capture-too-large`, `capture-damaged`; an empty file is
 * a capture without interfaces, which no rule confirms
 */
export async function readCapture(path: string, maxBytes = MAX_CAPTURE_BYTES): Promise<CaptureFile> {
  const bytes = await readBounded(path, maxBytes);
  if (bytes.length === 0) return { interfaces: [], cutShort: true };
  if (isPcapng(bytes)) return readPcapng(bytes, path);
  if (isPcap(bytes)) return readPcap(bytes, path);
  throw new HarnessError(
    "capture-damaged",
    `${path} is neither pcap nor pcapng`,
    "look at what wrote it: QEMU's filter-dump or the fabric",
    { kind: "check-failed" },
  );
}

async function readBounded(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new HarnessError("capture-missing", `${path} cannot be read`, "look at QEMU's stderr in the artifacts", {
      kind: "check-failed",
      cause,
    });
  });
  try {
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw new HarnessError(
        "capture-too-large",
        `${path} has ${size} bytes, more than ${maxBytes}`,
        "let the profile transfer less",
        { kind: "check-failed" },
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
