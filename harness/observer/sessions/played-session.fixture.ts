/** Packets made by tests, as sealed ones look to a follower; and two ends that keep the rules. */
import type { CapturePlace, End, SessionFollower, SessionPacket, SessionReport } from "../follow/session-packet.ts";
import { otherEnd, type UdpSessionSetup } from "../follow/session-packet.ts";
import { ALL_RULES, followUdpSession, type RuleSet } from "./follow-udp-session.ts";

const CODES = { DATA: 0x10, ACK: 0x11, PING: 0x12, CLOSE: 0x13 } as const;
export const WINDOW = 16_384;
const MOST_SPARED = 16;

export interface PlayedFields {
  readonly type: keyof typeof CODES;
  readonly pn: number;
  readonly ack?: number;
  readonly bits?: number;
  readonly delivered?: number;
  readonly window?: number;
  readonly ackDelayUs?: number;
  readonly offset?: number;
  readonly bytes?: Uint8Array;
  readonly fin?: boolean;
  readonly ranges?: readonly (readonly [number, number])[];
  readonly code?: number;
  readonly reason?: string;
}

/** @returns a datagram that carries its plaintext instead of a ciphertext: a follower is given both */
export function playedPacket(fields: PlayedFields): { datagram: Uint8Array; plaintext: Uint8Array } {
  const state = Buffer.alloc(16);
  state.writeBigUInt64LE(BigInt(fields.delivered ?? 0), 0);
  state.writeUInt32LE(fields.window ?? (fields.type === "CLOSE" ? 0 : WINDOW), 8);
  state.writeUInt32LE(fields.ackDelayUs ?? 0, 12);
  const plaintext = Buffer.concat([state, bodyOf(fields)]);
  const header = Buffer.alloc(26);
  header.writeUInt8(1, 0);
  header.writeUInt8(CODES[fields.type], 1);
  header.writeUInt8(fields.fin === true ? 1 : 0, 2);
  header.writeUInt32LE(fields.pn, 12);
  header.writeUInt32LE(fields.ack ?? 0, 16);
  header.writeUInt32LE(fields.bits ?? 0, 20);
  header.writeUInt16LE(plaintext.length + 16, 24);
  return { datagram: Buffer.concat([header, plaintext, Buffer.alloc(16)]), plaintext };
}

function bodyOf({
  type,
  offset = 0,
  bytes = new Uint8Array(0),
  ranges = [],
  code = 0,
  reason = "",
}: PlayedFields): Buffer {
  switch (type) {
    case "DATA": {
      const at = Buffer.alloc(8);
      at.writeBigUInt64LE(BigInt(offset));
      return Buffer.concat([at, bytes]);
    }
    case "ACK": {
      const body = Buffer.alloc(1 + 8 * ranges.length);
      body.writeUInt8(ranges.length, 0);
      for (const [index, [first, last]] of ranges.entries()) {
        body.writeUInt32LE(first, 1 + 8 * index);
        body.writeUInt32LE(last, 5 + 8 * index);
      }
      return body;
    }
    case "PING":
      return Buffer.alloc(0);
    case "CLOSE": {
      const text = Buffer.from(reason);
      return Buffer.concat([Buffer.from([code & 0xff, code >>> 8, text.length]), text]);
    }
  }
}

export const SETUP: UdpSessionSetup = {
  above: "bytes",
  tapped: { initiator: true, responder: true },
  parameters: {
    initiator: { windowBytes: WINDOW, ackDelayMs: 25, idleTimeoutMs: 15_000 },
    responder: { windowBytes: WINDOW, ackDelayMs: 25, idleTimeoutMs: 15_000 },
  },
  lagUs: 1_000_000,
  congestion: "new-reno",
  clockSlackUs: 0,
};

/** A wire between two taps: what a test sends is seen to leave, and to arrive unless it says otherwise. */
export class PlayedWire {
  readonly #followers: SessionFollower[];
  #number = 0;
  atUs = 1_000_000;

  constructor(followers: readonly SessionFollower[]) {
    this.#followers = [...followers];
  }

  static with(setup: Partial<UdpSessionSetup> = {}, rules: Partial<RuleSet> = {}): PlayedWire {
    return new PlayedWire([followUdpSession({ ...SETUP, ...setup }, { ...ALL_RULES, ...rules })]);
  }

  /** Nothing happens for so long. */
  wait(ms: number): this {
    this.atUs += ms * 1_000;
    return this;
  }

  /** Leaves and arrives. */
  say(sender: End, fields: PlayedFields): this {
    const packet = playedPacket(fields);
    this.leave(sender, fields.pn, packet);
    return this.arrive(sender, fields.pn, packet);
  }

  /** Leaves and is lost. */
  lose(sender: End, fields: PlayedFields): this {
    return this.leave(sender, fields.pn, playedPacket(fields));
  }

  leave(sender: End, pn: number, packet: { datagram: Uint8Array; plaintext: Uint8Array }): this {
    return this.#take({ ...this.#place(), sender, place: "sent", pn, ...packet });
  }

  arrive(sender: End, pn: number, packet: { datagram: Uint8Array; plaintext: Uint8Array }): this {
    return this.#take({ ...this.#place(), sender, place: "delivered", pn, ...packet });
  }

  unopened(sender: End, place: "sent" | "delivered", pn: number, datagram: Uint8Array): this {
    const seen = { ...this.#place(), sender, place, pn, datagram };
    for (const follower of this.#followers) follower.unopened(seen);
    return this;
  }

  end(): SessionReport[] {
    return this.#followers.map((follower) => follower.end());
  }

  #take(packet: SessionPacket): this {
    for (const follower of this.#followers) follower.take(packet);
    return this;
  }

  #place(): CapturePlace & { atUs: number } {
    this.atUs += 100;
    return { file: "played", number: ++this.#number, atUs: this.atUs };
  }
}

/** One end that keeps the rules, with whatever its test makes it do. */
export class HonestEnd {
  readonly end: End;
  readonly #content: number;
  readonly #received = new Set<number>();
  #largest = 0;
  readonly #arrived = new Map<number, number>();
  #delivered = 0;
  #asked = 0;
  #credit = WINDOW;
  #pn = 0;
  #sentBytes = 0;
  readonly #unacknowledged = new Map<number, { offset: number; size: number; fin: boolean }>();
  #finalSize: number | undefined;
  #sinceRepeat = 0;

  constructor(end: End, content: number) {
    this.end = end;
    this.#content = content;
  }

  data(size: number): PlayedFields | undefined {
    if (this.#isRepeatDue()) return this.repeat(Infinity);
    const offset = this.#sentBytes;
    if (this.#finalSize !== undefined || offset + size > this.#credit || this.#unacknowledged.size >= 10)
      return undefined;
    this.#sentBytes += size;
    return this.#segment({ offset, size, fin: false });
  }

  finish(): PlayedFields | undefined {
    if (this.#unacknowledged.size >= 10) return undefined;
    this.#finalSize ??= this.#sentBytes;
    return this.#segment({ offset: this.#finalSize, size: 0, fin: true });
  }

  /** What is longest in flight, cut anew. */
  repeat(cut: number): PlayedFields | undefined {
    const [oldest] = this.#unacknowledged;
    if (oldest === undefined) return undefined;
    const [pn, segment] = oldest;
    this.#unacknowledged.delete(pn);
    if (cut >= segment.size) return this.#segment(segment);
    this.#unacknowledged.set(pn, { ...segment, offset: segment.offset + cut, size: segment.size - cut });
    return this.#segment({ offset: segment.offset, size: cut, fin: false });
  }

  ping(): PlayedFields | undefined {
    if (this.#isRepeatDue()) return this.repeat(Infinity);
    return { type: "PING", ...this.#state() };
  }

  acknowledge(): PlayedFields | undefined {
    if (this.#asked === 0) return undefined;
    this.#asked -= 1;
    const state = this.#state();
    const ranges: [number, number][] = [];
    for (let pn = this.#largest - 33; pn >= 1 && ranges.length < 32; pn -= 1) {
      if (!this.#received.has(pn)) continue;
      const lowest = ranges.at(-1);
      if (lowest !== undefined && lowest[0] === pn + 1) lowest[0] = pn;
      else ranges.push([pn, pn]);
    }
    return { type: "ACK", ...state, ranges };
  }

  receive({
    type,
    pn,
    ack = 0,
    bits = 0,
    ranges = [],
    delivered = 0,
    window = 0,
    offset = 0,
    bytes,
  }: PlayedFields): void {
    if (this.#received.has(pn)) return;
    this.#received.add(pn);
    this.#largest = Math.max(this.#largest, pn);
    this.#credit = Math.max(this.#credit, delivered + window);
    for (const mine of [...this.#unacknowledged.keys()]) {
      const isInBitmap = mine < ack && mine >= ack - 32 && ((bits >>> (ack - 1 - mine)) & 1) === 1;
      const isInRange = ranges.some(([first, last]) => first <= mine && mine <= last);
      if (mine === ack || isInBitmap || isInRange) this.#unacknowledged.delete(mine);
    }
    if (type === "DATA" || type === "PING") this.#asked += 1;
    if (bytes !== undefined) this.#arrived.set(offset, Math.max(this.#arrived.get(offset) ?? 0, bytes.length));
    for (let isMoved = true; isMoved;) {
      isMoved = false;
      for (const [from, size] of this.#arrived) {
        if (from > this.#delivered) continue;
        this.#arrived.delete(from);
        isMoved ||= from + size > this.#delivered;
        this.#delivered = Math.max(this.#delivered, from + size);
      }
    }
  }

  /** What may be lost doesn't wait for ever behind what is new. */
  #isRepeatDue(): boolean {
    this.#sinceRepeat += 1;
    return this.#unacknowledged.size > 0 && this.#sinceRepeat % 3 === 0;
  }

  #segment(segment: { offset: number; size: number; fin: boolean }): PlayedFields {
    const { offset, size, fin } = segment;
    const bytes = Uint8Array.from({ length: size }, (_, index) => (this.#content * (offset + index)) & 0xff);
    const fields: PlayedFields = { type: "DATA", ...this.#state(), offset, bytes, fin };
    this.#unacknowledged.set(fields.pn, segment);
    return fields;
  }

  #state(): Required<Pick<PlayedFields, "pn" | "ack" | "bits" | "delivered" | "window" | "ackDelayUs">> {
    this.#pn += 1;
    // Each packet names all that came, and what was named long ago asks for nothing.
    this.#asked = Math.min(this.#asked, MOST_SPARED);
    let bits = 0;
    for (let bit = 0; bit < 32; bit += 1) {
      if (this.#received.has(this.#largest - 1 - bit)) bits = (bits | (1 << bit)) >>> 0;
    }
    const window = WINDOW;
    return { pn: this.#pn, ack: this.#largest, bits, delivered: this.#delivered, window, ackDelayUs: 0 };
  }
}

export const peerOf = otherEnd;
