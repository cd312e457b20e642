/**
 * Bytes of the transport, in any cutting, to frames.
 *
 * Never holds more than a header and one short payload: what a header claims is checked before anything is buffered, and the
 * payload of DATA passes through in the pieces it came in.
 */
import { ByteReader } from "../bytes/reader.ts";
import { decodeUtf8 } from "../bytes/utf8.ts";
import {
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_NAME_BYTES,
  MAX_PAYLOAD_BYTES,
  MUX_VERSION,
  PRIORITY_CLASSES,
} from "./constants.ts";
import type { ControlFrame } from "./frame.ts";
import { MuxReject } from "./mux-error.ts";

/** Called in wire order. May throw `MuxReject`; the decoder is then of no further use. */
export interface FrameSink {
  onFrame(frame: ControlFrame): void;
  /** A DATA frame of `lengthBytes` (1 .. 32 KiB) begins; that many bytes follow in `onDataBytes`. */
  onDataStart(streamId: number, lengthBytes: number): void;
  /** @param bytes a view of what was pushed: nobody changes it afterwards */
  onDataBytes(streamId: number, bytes: Uint8Array): void;
}

interface Header {
  readonly type: number;
  readonly priority: number;
  readonly streamId: number;
  readonly lengthBytes: number;
}

const NO_PAYLOAD = new Uint8Array(0);
const CREDIT_FIELD_BYTES = 4;
const MAX_CONTROL_PAYLOAD_BYTES = CREDIT_FIELD_BYTES + MAX_NAME_BYTES;

export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #headerBytes = new Uint8Array(FRAME_HEADER_BYTES);
  /** Of a control frame, as long as its header says, which was checked. */
  #payload = NO_PAYLOAD;
  /** The header of the frame being read, once it is complete. */
  #header: Header | undefined;
  /** Bytes of the header, then of the payload, that are here. */
  #have = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Inside a frame: the byte stream must not end here. */
  get isMidFrame(): boolean {
    return this.#header !== undefined || this.#have > 0;
  }

  /** @param bytes handed over: nobody changes them afterwards @throws MuxReject */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const rest = at === 0 ? bytes : bytes.subarray(at);
      if (this.#header === undefined) at += this.#takeHeader(rest);
      else if (this.#header.type === FrameType.DATA) at += this.#passData(this.#header, rest);
      else at += this.#takePayload(this.#header, rest);
    }
  }

  #takeHeader(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, FRAME_HEADER_BYTES - this.#have);
    this.#headerBytes.set(bytes.subarray(0, count), this.#have);
    this.#have += count;
    if (this.#have < FRAME_HEADER_BYTES) return count;
    const header = decodeHeader(this.#headerBytes);
    this.#header = header;
    this.#have = 0;
    if (header.type === FrameType.DATA) this.#sink.onDataStart(header.streamId, header.lengthBytes);
    else if (header.lengthBytes === 0) this.#finishControl(header);
    return count;
  }

  #passData(header: Header, bytes: Uint8Array): number {
    const count = Math.min(bytes.length, header.lengthBytes - this.#have);
    this.#have += count;
    if (this.#have === header.lengthBytes) this.#reset();
    this.#sink.onDataBytes(header.streamId, count === bytes.length ? bytes : bytes.subarray(0, count));
    return count;
  }

  #takePayload(header: Header, bytes: Uint8Array): number {
    const count = Math.min(bytes.length, header.lengthBytes - this.#have);
    if (this.#have === 0) this.#payload = new Uint8Array(header.lengthBytes);
    this.#payload.set(bytes.subarray(0, count), this.#have);
    this.#have += count;
    if (this.#have === header.lengthBytes) this.#finishControl(header);
    return count;
  }

  #finishControl(header: Header): void {
    const payload = this.#payload;
    this.#reset();
    this.#sink.onFrame(decodeControl(header, payload));
  }

  #reset(): void {
    this.#header = undefined;
    this.#have = 0;
    this.#payload = NO_PAYLOAD;
  }
}

function decodeHeader(bytes: Uint8Array): Header {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  const type = reader.u8();
  const priority = reader.u8();
  const flags = reader.u8();
  const streamId = reader.u32();
  const lengthBytes = reader.u32();
  if (version !== MUX_VERSION) throw malformed(`version ${version}, not ${MUX_VERSION}`);
  if (flags !== 0) throw malformed(`flags ${flags}, not 0`);
  if (lengthBytes > MAX_PAYLOAD_BYTES) {
    throw new MuxReject("mux.reject.frame_oversize", `payload of ${lengthBytes} bytes, at most ${MAX_PAYLOAD_BYTES}`);
  }
  checkLength(type, lengthBytes);
  const isOnSession = type === FrameType.PING || type === FrameType.PONG;
  if (isOnSession !== (streamId === 0)) throw malformed(`type ${type} on stream ${streamId}`);
  if (type === FrameType.OPEN && priority >= PRIORITY_CLASSES) throw malformed(`priority ${priority}`);
  return { type, priority, streamId, lengthBytes };
}

function checkLength(type: number, lengthBytes: number): void {
  switch (type) {
    case FrameType.OPEN:
      if (lengthBytes < CREDIT_FIELD_BYTES) throw malformed(`OPEN of ${lengthBytes} bytes`);
      if (lengthBytes === CREDIT_FIELD_BYTES || lengthBytes > MAX_CONTROL_PAYLOAD_BYTES) {
        throw invalidName(`${lengthBytes - CREDIT_FIELD_BYTES} bytes, not 1 to ${MAX_NAME_BYTES}`);
      }
      return;
    case FrameType.DATA:
      // An empty DATA would cost its receiver work and its sender no credit.
      if (lengthBytes === 0) throw malformed("DATA without bytes");
      return;
    default: {
      const expected = FIXED_LENGTHS.get(type);
      if (expected === undefined) throw malformed(`unknown type ${type}`);
      if (lengthBytes !== expected) throw malformed(`type ${type} of ${lengthBytes} bytes, not ${expected}`);
    }
  }
}

const FIXED_LENGTHS: ReadonlyMap<number, number> = new Map<number, number>([
  [FrameType.OPEN_ACK, 4],
  [FrameType.WINDOW_UPDATE, 4],
  [FrameType.RST, 2],
  [FrameType.PING, 8],
  [FrameType.PONG, 8],
  [FrameType.CLOSE, 0],
]);

/** @param payload of the length that `checkLength` allowed, nobody's any more */
function decodeControl(header: Header, payload: Uint8Array): ControlFrame {
  const { type, streamId } = header;
  const reader = new ByteReader(payload);
  switch (type) {
    case FrameType.OPEN: {
      const creditBytes = reader.u32();
      const name = decodeUtf8(reader.rest());
      if (name === undefined) throw invalidName("not UTF-8");
      return { type: "open", streamId, priority: header.priority, creditBytes, name };
    }
    case FrameType.OPEN_ACK:
      return { type: "open-ack", streamId, creditBytes: reader.u32() };
    case FrameType.WINDOW_UPDATE: {
      const deltaBytes = reader.u32();
      if (deltaBytes === 0) throw malformed("WINDOW_UPDATE of 0");
      return { type: "window-update", streamId, deltaBytes };
    }
    case FrameType.RST:
      return { type: "rst", streamId, code: reader.u16() };
    case FrameType.PING:
      return { type: "ping", token: payload };
    case FrameType.PONG:
      return { type: "pong", token: payload };
    default:
      return { type: "close", streamId };
  }
}

function malformed(detail: string): MuxReject {
  return new MuxReject("mux.reject.malformed_frame", detail);
}

function invalidName(detail: string): MuxReject {
  return new MuxReject("mux.reject.invalid_stream_name", detail);
}
