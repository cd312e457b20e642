/**
 * A peer of Mux v2 that makes its frames by itself (dsoftbus-transport.md#12-mux-v2): mostly what an honest one would send, so that the streams of its
 * victim live, and now and then something else.
 */
import { mutate, MUTATIONS } from "./mutate.ts";
import type { Role } from "../../core/index.ts";
import type { Prng } from "../scheduler/prng.ts";

const HEADER_BYTES = 12;
const MAX_PAYLOAD_BYTES = 32 * 1024;
const TYPES = { OPEN: 1, OPEN_ACK: 2, DATA: 3, WINDOW_UPDATE: 4, RST: 5, PING: 6, PONG: 7, CLOSE: 8 } as const;
const EDGES = [
  0,
  1,
  2,
  3,
  63,
  64,
  65,
  127,
  65_535,
  65_536,
  262_143,
  262_144,
  262_145,
  2_097_151,
  2_097_152,
  2_097_153,
  2 ** 31,
  2 ** 32 - 2,
  2 ** 32 - 1,
];

/** What a peer may have granted for one stream. */
const MAX_CREDIT_BYTES = 2 * 1024 * 1024;

interface PeerStream {
  readonly id: number;
  /** What the forger may still send. */
  creditBytes: number;
  /** What the victim may still send, if no frame was mutated: how much more is worth granting. */
  grantedBytes: number;
  /** The victim opened it and waits for OPEN_ACK. */
  isAwaited: boolean;
  /** The forger sent CLOSE. */
  isFinished: boolean;
}

export class MuxForger {
  readonly #prng: Prng;
  /** Out of how many frames one is not what it should be. */
  readonly #mischiefOneIn: number;
  readonly #streams = new Map<number, PeerStream>();
  #nextId: number;
  #unread: Uint8Array = new Uint8Array(0);
  #lastFrame: Uint8Array = new Uint8Array(HEADER_BYTES);

  /** @param victim the role of whom it talks to */
  constructor(victim: Role, prng: Prng) {
    this.#prng = prng;
    this.#nextId = victim === "initiator" ? 2 : 1;
    this.#mischiefOneIn = 3 + prng.below(400);
  }

  /** @returns the bytes of one frame, or of what looks like one */
  next(): Uint8Array {
    const frame = this.#plausible();
    const isMischief = this.#prng.below(this.#mischiefOneIn) === 0;
    const other = this.#lastFrame;
    this.#lastFrame = frame;
    if (!isMischief) return frame;
    if (this.#prng.below(3) === 0) return this.#anything();
    return mutate(MUTATIONS[this.#prng.below(MUTATIONS.length)] ?? "replay", frame, other, this.#prng);
  }

  /**
   * Reads what the victim wrote.
   *
   * @returns what no peer may send, or undefined
   */
  read(bytes: Uint8Array): string | undefined {
    this.#unread = concat(this.#unread, bytes);
    for (;;) {
      if (this.#unread.length < HEADER_BYTES) return undefined;
      const view = new DataView(this.#unread.buffer, this.#unread.byteOffset);
      const [version, type, id, length] = [
        view.getUint8(0),
        view.getUint8(1),
        view.getUint32(4, true),
        view.getUint32(8, true),
      ];
      if (version !== 2 || type < 1 || type > 8 || length > MAX_PAYLOAD_BYTES)
        return `a frame ${version} ${type} ${length}`;
      if (this.#unread.length < HEADER_BYTES + length) return undefined;
      this.#onFrame(type, id, this.#unread.subarray(HEADER_BYTES, HEADER_BYTES + length));
      this.#unread = this.#unread.slice(HEADER_BYTES + length);
    }
  }

  #onFrame(type: number, id: number, payload: Uint8Array): void {
    const stream = this.#streams.get(id);
    const word = payload.length >= 4 ? new DataView(payload.buffer, payload.byteOffset).getUint32(0, true) : 0;
    if (type === TYPES.OPEN) {
      this.#streams.set(id, { id, creditBytes: word, grantedBytes: 0, isAwaited: true, isFinished: false });
    } else if (type === TYPES.RST) {
      this.#streams.delete(id);
    } else if (stream !== undefined) {
      if (type === TYPES.OPEN_ACK || type === TYPES.WINDOW_UPDATE) stream.creditBytes += word;
      if (type === TYPES.DATA) stream.grantedBytes = Math.max(0, stream.grantedBytes - payload.length);
    }
  }

  #plausible(): Uint8Array {
    const open = [...this.#streams.values()];
    const stream = open[this.#prng.below(Math.max(1, open.length))];
    if (stream === undefined || (open.length < 70 && this.#prng.below(12) === 0)) return this.#open();
    if (stream.isAwaited) return this.#accept(stream);
    switch (this.#prng.below(10)) {
      case 0:
        return this.#ping(this.#prng.below(3) === 0 ? TYPES.PONG : TYPES.PING);
      case 1:
        return this.#grant(stream);
      case 2:
        return this.#prng.below(6) === 0 ? this.#reset(stream) : this.#grant(stream);
      case 3:
        return this.#prng.below(4) === 0 ? this.#finish(stream) : this.#data(stream);
      default:
        return this.#data(stream);
    }
  }

  #open(): Uint8Array {
    const id = this.#nextId;
    this.#nextId += 2;
    const grantedBytes = this.#prng.below(200) === 0 ? this.#edge() : 65_536;
    this.#streams.set(id, { id, creditBytes: 0, grantedBytes, isAwaited: false, isFinished: false });
    const name = `s${this.#prng.below(8) === 0 ? this.#prng.below(4) : id}`;
    const payload = new Uint8Array(4 + name.length);
    new DataView(payload.buffer).setUint32(0, grantedBytes, true);
    for (let i = 0; i < name.length; i++) payload[4 + i] = name.charCodeAt(i);
    return frameOf(TYPES.OPEN, id, payload, this.#prng.below(8));
  }

  #accept(stream: PeerStream): Uint8Array {
    stream.isAwaited = false;
    stream.grantedBytes = 65_536;
    return frameOf(TYPES.OPEN_ACK, stream.id, wordOf(stream.grantedBytes));
  }

  #grant(stream: PeerStream): Uint8Array {
    const room = MAX_CREDIT_BYTES - stream.grantedBytes;
    const bytes = this.#prng.below(300) === 0 ? this.#edge() : Math.min(room, 1 + this.#prng.below(32_768));
    if (bytes <= 0) return this.#ping(TYPES.PING);
    stream.grantedBytes += bytes;
    return frameOf(TYPES.WINDOW_UPDATE, stream.id, wordOf(bytes));
  }

  #data(stream: PeerStream): Uint8Array {
    const most = Math.min(stream.creditBytes, MAX_PAYLOAD_BYTES);
    // Below zero: it went past its credit, and a grant that was under way covered it.
    if (most <= 0 || stream.isFinished) return this.#grant(stream);
    const length = this.#prng.below(300) === 0 ? this.#prng.below(MAX_PAYLOAD_BYTES + 2) : 1 + this.#prng.below(most);
    stream.creditBytes -= length;
    return frameOf(TYPES.DATA, stream.id, new Uint8Array(length));
  }

  #finish(stream: PeerStream): Uint8Array {
    if (stream.isFinished) return this.#ping(TYPES.PING);
    stream.isFinished = true;
    return frameOf(TYPES.CLOSE, stream.id, new Uint8Array(0));
  }

  #reset(stream: PeerStream): Uint8Array {
    this.#streams.delete(stream.id);
    return frameOf(TYPES.RST, stream.id, Uint8Array.of(this.#prng.below(6), 0));
  }

  #ping(type: number): Uint8Array {
    return frameOf(type, 0, this.#prng.bytes(8));
  }

  /** Any field may hold anything; the length is mostly true, else the victim waits for ever. */
  #anything(): Uint8Array {
    const payload = this.#prng.bytes(this.#prng.below(80));
    const frame = frameOf(
      this.#prng.below(11),
      this.#prng.below(2) === 0 ? this.#edge() : this.#prng.below(20),
      payload,
    );
    if (this.#prng.below(4) === 0) new DataView(frame.buffer).setUint32(8, this.#edge(), true);
    return frame;
  }

  #edge(): number {
    return EDGES[this.#prng.below(EDGES.length)] ?? 0;
  }
}

function frameOf(type: number, id: number, payload: Uint8Array, priority = 0): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  frame.set([2, type, priority, 0]);
  view.setUint32(4, id, true);
  view.setUint32(8, payload.length, true);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

function wordOf(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
