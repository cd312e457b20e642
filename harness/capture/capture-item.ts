/** What a capture file holds, one after the other, whatever its format. */
import type { CapturedFrame } from "./captured-frame.ts";

export type CaptureItem =
  | { readonly kind: "interface"; readonly index: number; readonly name: string | undefined; readonly linkType: number }
  | {
      readonly kind: "frame";
      /** As Wireshark numbers packets: from 1, over all interfaces, with what was written beside the frames. */
      readonly number: number;
      readonly interfaceIndex: number;
      readonly linkType: number;
      readonly frame: CapturedFrame;
    }
  /** What was written beside the frames, such as a marker's line. */
  | { readonly kind: "note"; readonly message: string; readonly timeUs: number | undefined }
  /** A decryption secrets block. */
  | { readonly kind: "secrets"; readonly secretsType: number; readonly bytes: Buffer }
  /** Packets that whoever captured was too slow for. */
  | { readonly kind: "dropped"; readonly packets: number };

/** Bytes of a file in, in any pieces; what is whole comes out. */
export interface CaptureParser {
  /** @throws CaptureDamaged */
  push(chunk: Buffer): CaptureItem[];
  /** @returns whether the file ends within a record @throws CaptureDamaged */
  end(): boolean;
}

/** The file lies about its own lengths; what came before it counts. */
export class CaptureDamaged extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = "CaptureDamaged";
  }
}
