/** Frames of the mux out of a direction's bytes as they come (dsoftbus-transport.md#12-mux-v2, receiving.md#mux-frames). */
import { broken, readUtf8, viewOf, type Malformed, type Reading } from "./reading.ts";

export type SeenFrame = { readonly streamId: number } & (
  | { readonly type: "OPEN"; readonly priority: number; readonly credit: number; readonly name: string }
  | { readonly type: "OPEN_ACK"; readonly credit: number }
  /** Comes in parts, as its bytes do: whoever reads a stream need not wait for a frame to be whole. */
  | { readonly type: "DATA"; readonly payload: Uint8Array }
  | { readonly type: "WINDOW_UPDATE"; readonly delta: number }
  | { readonly type: "RST"; readonly code: number }
  | { readonly type: "PING"; readonly token: bigint }
  | { readonly type: "PONG"; readonly token: bigint }
  | { readonly type: "CLOSE" }
);

export type FrameTypeName = SeenFrame["type"];

/** A frame that ends the session of whoever takes it. */
export interface RejectedFrame extends Malformed {
  /** What `mux.reject.` begins. */
  readonly label: string;
}

/** By their code. */
export const FRAME_TYPES: readonly (FrameTypeName | undefined)[] = [
  undefined,
  "OPEN",
  "OPEN_ACK",
  "DATA",
  "WINDOW_UPDATE",
  "RST",
  "PING",
  "PONG",
  "CLOSE",
];
const SIZES: Partial<Record<FrameTypeName, number>> = {
  OPEN_ACK: 4,
  WINDOW_UPDATE: 4,
  RST: 2,
  PING: 8,
  PONG: 8,
  CLOSE: 0,
};
const HEADER_BYTES = 12;
const MAX_PAYLOAD_BYTES = 32_768;
const MAX_NAME_BYTES = 64;
const MAX_PRIORITY = 7;

interface FrameHead {
  readonly type: FrameTypeName;
  readonly priority: number;
  readonly streamId: number;
  readonly size: number;
}

/** Holds at most one frame that isn't DATA. After a rejected one nothing more is read. */
export class MuxByteReader {
  readonly #onFrame: (frame: SeenFrame) => void;
  #held = new Uint8Array(HEADER_BYTES + MAX_PAYLOAD_BYTES);
  #heldBytes = 0;
  #head: FrameHead | undefined;
  /** Of a DATA frame, what its payload still lacks. */
  #dataLeft = 0;
  #dataStreamId = 0;
  #rejected: RejectedFrame | undefined;
  #takenBytes = 0;

  constructor(onFrame: (frame: SeenFrame) => void) {
    this.#onFrame = onFrame;
  }

  get rejected(): RejectedFrame | undefined {
    return this.#rejected;
  }

  /** Bytes that were read: at a frame, its end. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Whether a frame is not whole yet. */
  get isWithinFrame(): boolean {
    return this.#heldBytes > 0 || this.#dataLeft > 0;
  }

  /** @param bytes those that follow in the stream, cut anywhere */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#rejected === undefined) {
      if (this.#dataLeft > 0) {
        const payload = bytes.subarray(at, at + this.#dataLeft);
        at += payload.length;
        this.#takenBytes += payload.length;
        this.#passData(payload);
        continue;
      }
      const wanted = HEADER_BYTES + (this.#head?.size ?? 0) - this.#heldBytes;
      const part = bytes.subarray(at, at + wanted);
      this.#held.set(part, this.#heldBytes);
      this.#heldBytes += part.length;
      at += part.length;
      this.#takenBytes += part.length;
      if (part.length === wanted) this.#advance();
    }
  }

  #advance(): void {
    if (this.#head === undefined) {
      const head = readHead(this.#held);
      if (head.malformed !== undefined) return this.#reject(head.malformed);
      if (head.value.type === "DATA") return this.#beginData(head.value);
      this.#head = head.value;
      if (this.#head.size > 0) return;
    }
    const frame = readFrame(this.#head, this.#held.slice(HEADER_BYTES, this.#heldBytes));
    this.#head = undefined;
    this.#heldBytes = 0;
    if (frame.malformed !== undefined) return this.#reject(frame.malformed);
    this.#onFrame(frame.value);
  }

  #beginData({ streamId, size }: FrameHead): void {
    this.#heldBytes = 0;
    this.#dataLeft = size;
    this.#dataStreamId = streamId;
  }

  #passData(payload: Uint8Array): void {
    this.#dataLeft -= payload.length;
    this.#onFrame({ type: "DATA", streamId: this.#dataStreamId, payload });
  }

  #reject({ requirement, text }: Malformed): void {
    const label = LABELS[requirement] ?? "malformed_frame";
    this.#rejected = { requirement, text, label };
  }
}

const LABELS: Readonly<Record<string, string>> = {
  "RX-112": "frame_oversize",
  "RX-115": "invalid_stream_name",
  "RX-121": "invalid_stream_name",
};

/** What can be judged before the payload has come. */
function readHead(bytes: Uint8Array): Reading<FrameHead> {
  const view = viewOf(bytes);
  const [version, code, priority, flags] = [view.getUint8(0), view.getUint8(1), view.getUint8(2), view.getUint8(3)];
  const [streamId, size] = [view.getUint32(4, true), view.getUint32(8, true)];
  if (version !== 2) return broken("RX-110", `ver ${version}`);
  if (flags !== 0) return broken("RX-111", `flags ${flags}`);
  if (size > MAX_PAYLOAD_BYTES) return broken("RX-112", `len ${size}`);
  const type = FRAME_TYPES[code];
  if (type === undefined) return broken("RX-113", `typ ${code}`);
  if (type === "OPEN" && size < 4) return broken("RX-114", `OPEN of ${size} bytes`);
  if (type === "OPEN" && (size === 4 || size > 4 + MAX_NAME_BYTES))
    return broken("RX-115", `a name of ${size - 4} bytes`);
  if (type === "DATA" && size === 0) return broken("RX-116", "DATA without bytes");
  const exact = SIZES[type];
  if (exact !== undefined && size !== exact) return broken("RX-117", `${type} of ${size} bytes`);
  const isOfSession = type === "PING" || type === "PONG";
  if (isOfSession !== (streamId === 0)) return broken("RX-118", `${type} on stream ${streamId}`);
  if (type === "OPEN" && priority > MAX_PRIORITY) return broken("RX-119", `OPEN with priority ${priority}`);
  return { value: { type, priority, streamId, size } };
}

function readFrame({ type, priority, streamId }: FrameHead, payload: Uint8Array): Reading<SeenFrame> {
  const view = viewOf(payload);
  switch (type) {
    case "OPEN": {
      const name = readUtf8(payload.subarray(4));
      if (name === undefined) return broken("RX-121", "a name that is not UTF-8");
      return { value: { type, streamId, priority, credit: view.getUint32(0, true), name } };
    }
    case "OPEN_ACK":
      return { value: { type, streamId, credit: view.getUint32(0, true) } };
    case "DATA":
      return { value: { type, streamId, payload } };
    case "WINDOW_UPDATE": {
      const delta = view.getUint32(0, true);
      if (delta === 0) return broken("RX-122", "WINDOW_UPDATE of 0");
      return { value: { type, streamId, delta } };
    }
    case "RST":
      return { value: { type, streamId, code: view.getUint16(0, true) } };
    case "PING":
    case "PONG":
      return { value: { type, streamId, token: view.getBigUint64(0, true) } };
    case "CLOSE":
      return { value: { type, streamId } };
  }
}
