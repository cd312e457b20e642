/** What passes between two UDP sockets: dials of either side, their answers, and which session a packet belongs to. */
import { isSmallOrderPoint, KEY_BYTES } from "../keys/x25519-point.ts";
import { HANDSHAKE_BYTES, readMsg1, readRetry } from "../wire/handshake-datagrams.ts";
import { TYPES, UDP_SEC_HEADER_BYTES, type UdpHeader } from "../wire/udp-header.ts";
import type { SeenDial } from "./seen-dial.ts";
import type { HalfOpen } from "./half-open.ts";
import { openAnswer } from "./half-open.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { HandshakeFinding, HandshakeRuleName } from "./handshake-rules.ts";
import { openDial } from "./open-dial.ts";
import { digestOf, isAccountable, type SeenDatagram } from "./seen-datagram.ts";

/** Of one pair of sockets at a time; the oldest gives way. */
const MAX_DIALS = 1_024;
/** An id that comes again is one in 2^32, or a liar's. */
const MAX_OF_ONE_ID = 8;

export class UdpFlow {
  readonly #context: HandshakeContext;
  readonly #dials = new Map<string, SeenDial>();
  readonly #halves = new Map<string, HalfOpen>();
  /** The same by their ids: every packet asks. */
  readonly #halvesById = new Map<string, HalfOpen[]>();

  constructor(context: HandshakeContext) {
    this.#context = context;
  }

  /** A MSG1 of it was opened: both sockets speak udp-sec. */
  get isOurs(): boolean {
    return this.#dials.size > 0;
  }

  /** Who has dialled last counts as the initiator. */
  roleOf(socket: string): HandshakeFinding["end"] {
    return [...this.#dials.values()].at(-1)?.facts.initiator === socket ? "initiator" : "responder";
  }

  takeHandshake(seen: SeenDatagram, header: UdpHeader): void {
    if (!this.#hasForm(seen, header)) return;
    if (header.typ === TYPES.MSG1) this.#takeMsg1(seen, header);
    else if (header.typ === TYPES.RETRY) this.#takeRetry(seen, header);
    else if (header.typ === TYPES.MSG2) this.#takeMsg2(seen, header);
    else this.#takeMsg3(seen, header);
  }

  /** Every handshake of that id, the latest first: a half that was used up may come again. */
  halvesOf({ low, high }: Pick<UdpHeader, "low" | "high">): readonly HalfOpen[] {
    return this.#halvesById.get(`${low} ${high}`) ?? [];
  }

  #hasForm(seen: SeenDatagram, { typ, low, high }: UdpHeader): boolean {
    const isEarly = typ === TYPES.MSG1 || typ === TYPES.RETRY;
    const sizeIsRight = seen.bytes.length === HANDSHAKE_BYTES[typ];
    const halvesAreRight = low !== 0 && (high === 0) === isEarly;
    const end = typ === TYPES.MSG1 || typ === TYPES.MSG3 ? "initiator" : "responder";
    if (isAccountable(seen)) {
      const report = (rule: HandshakeRuleName, text: string): void => this.#report(rule, end, text, seen);
      if (!sizeIsRight) report("handshake-size", `typ ${typ} with ${seen.bytes.length} bytes`);
      if (!halvesAreRight) report("handshake-halves", `typ ${typ} with halves ${low} and ${high}`);
    }
    return sizeIsRight && halvesAreRight;
  }

  #takeMsg1(seen: SeenDatagram, header: UdpHeader): void {
    const parts = readMsg1(seen.bytes);
    const key = digestOf(Buffer.from(`${seen.from} ${header.low} `), parts.noise);
    const known = this.#dials.get(key);
    const dial = known ?? openDial(this.#context, seen, header, parts);
    if (dial === undefined) return;
    if (known === undefined) this.#takeHalf(seen, "initiator", header.low, digestOf(parts.noise));
    remember(this.#dials, key, dial);
    dial.takeCopy(seen, parts);
  }

  #takeRetry(seen: SeenDatagram, header: UdpHeader): void {
    const retry = readRetry(seen.bytes);
    const dials = this.#dialsOf(seen.to, header.low);
    const dial = dials.find((candidate) => candidate.answersRetry(retry));
    dial?.takeAnswer(seen, "RETRY");
    dial?.takeRetry(seen, retry);
    if (!isAccountable(seen)) return;
    if (retry.cookie.every((byte) => byte === 0)) this.#report("retry-cookie", "responder", "a cookie of zeros", seen);
    if (dial !== undefined) return;
    if (dials.length === 0) this.#context.unjudged("RETRY without its MSG1", seen);
    else this.#report("retry-tag", "responder", "a tag that is not for this dial's MSG1", seen);
  }

  #takeMsg2(seen: SeenDatagram, header: UdpHeader): void {
    const key = digestOf(Buffer.from(`${seen.to} `), seen.bytes);
    const known = this.#halves.get(key);
    if (known !== undefined) return known.takeCopy(seen);
    const dials = this.#dialsOf(seen.to, header.low);
    const reasons: string[] = [];
    for (const dial of dials) {
      const answer = openAnswer(this.#context, dial, seen, header);
      if (answer.half !== undefined) {
        this.#takeHalf(seen, "responder", header.high, digestOf(seen.bytes));
        this.#remember(key, header, answer.half);
        return answer.half.takeCopy(seen);
      }
      reasons.push(answer.kind);
    }
    const ephemeral = seen.bytes.subarray(UDP_SEC_HEADER_BYTES, UDP_SEC_HEADER_BYTES + KEY_BYTES);
    if (isAccountable(seen) && isSmallOrderPoint(ephemeral))
      this.#report("ephemeral-small-order", "responder", "MSG2's ephemeral key has small order", seen);
    else this.#shut(seen, "responder", "message-2-opens", "MSG2", reasons);
  }

  #takeMsg3(seen: SeenDatagram, header: UdpHeader): void {
    const halves = this.halvesOf(header).filter(({ facts }) => facts.dial.facts.initiator === seen.from);
    const reasons: string[] = [];
    for (const half of halves) {
      const outcome = half.takeThird(seen, header);
      if (outcome === "opened") return;
      reasons.push(outcome);
    }
    if (isAccountable(seen) && reasons.includes("small-order"))
      this.#report("ephemeral-small-order", "initiator", "MSG3's static key has small order", seen);
    else this.#shut(seen, "initiator", "message-3-opens", "MSG3", reasons);
  }

  #shut(
    seen: SeenDatagram,
    end: HandshakeFinding["end"],
    rule: HandshakeRuleName,
    name: string,
    reasons: readonly string[],
  ): void {
    if (reasons.length === 0) {
      // What only arrives may be anybody's, or damaged.
      if (isAccountable(seen)) this.#context.unjudged(`${name} without the messages before it`, seen);
    } else if (reasons.includes("unknown")) this.#context.unjudged(`${name} whose secrets are not known`, seen);
    else if (isAccountable(seen)) this.#report(rule, end, `${name} doesn't open`, seen);
  }

  #remember(key: string, { low, high }: UdpHeader, half: HalfOpen): void {
    remember(this.#halves, key, half);
    const id = `${low} ${high}`;
    const ofId = [half, ...(this.#halvesById.get(id) ?? [])].slice(0, MAX_OF_ONE_ID);
    this.#halvesById.delete(id);
    remember(this.#halvesById, id, ofId);
  }

  #takeHalf(seen: SeenDatagram, end: HandshakeFinding["end"], half: number, user: string): void {
    if (this.#context.sessionHalves.isTaken(seen.from, half, user))
      this.#report("half-unique", end, `half ${half} of the session id was given before`, seen);
  }

  #dialsOf(initiator: string, low: number): SeenDial[] {
    return [...this.#dials.values()].filter(({ facts }) => facts.initiator === initiator && facts.low === low);
  }

  #report(rule: HandshakeRuleName, end: HandshakeFinding["end"], text: string, seen: SeenDatagram): void {
    this.#context.report(findingOf(rule, end, text, seen));
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MAX_DIALS && !map.has(key)) {
    const [oldest] = map.keys();
    if (oldest !== undefined) map.delete(oldest);
  }
  map.set(key, value);
}
