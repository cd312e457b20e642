/** QEMU's stream netdev: each frame behind its length, u32 big-endian. Chunks split anywhere. */
import { HarnessError } from "../host/harness-error.ts";

/** More than any Ethernet frame that a guest can send, jumbo and offload included. */
export const MAX_FRAME_BYTES = 65_550;
const LENGTH_BYTES = 4;

export class FrameSplitter {
  #pending: Buffer = Buffer.alloc(0);

  /** Bytes of an incomplete frame. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /**
   * @param onFrame gets each complete frame; it may be a view into `chunk`
   * @throws HarnessError `fabric-frame-too-long`: the stream can't be trusted any more, close it
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (at + LENGTH_BYTES <= bytes.length) {
      const length = bytes.readUInt32BE(at);
      if (length > MAX_FRAME_BYTES) throw tooLong(length);
      const end = at + LENGTH_BYTES + length;
      if (end > bytes.length) break;
      onFrame(bytes.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    this.#pending = bytes.subarray(at);
  }
}

function tooLong(length: number): HarnessError {
  return new HarnessError(
    "fabric-frame-too-long",
    `a NIC announced a frame of ${length} bytes, at most ${MAX_FRAME_BYTES} are taken`,
    "is the other end a QEMU stream netdev?",
    { kind: "check-failed" },
  );
}
