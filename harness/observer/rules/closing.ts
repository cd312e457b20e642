import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";
import { isKnownMuxLabel } from "../wire/mux-labels.ts";
import type { PacketBody } from "../wire/packet-content.ts";

type CloseBody = Extract<PacketBody, { readonly kind: "CLOSE" }>;

/** Three by schedule, and for as long as they last, and one probe timeout more, one answer for each. */
const MOST_CLOSES = 7;
/** Closing and lingering count in probe timeouts, each of two seconds at most. */
const LINGER_US = 6_000_000;
const AUTH = 3;
const AEAD_LIMIT = 5;
const MUX_CODE = 6;
const BUSY = 7;

export const closingRule: PacketRule = {
  id: "closing",
  text: "After its CLOSE an end sends nothing but the same CLOSE, a few times; who was told by CLOSE answers with one CLOSE NO_ERROR.",
  requirement: "L-3",
  watch: (context) => {
    const closing = new ClosingWatch(context);
    return { own: (packet) => closing.own(packet), heard: (packet) => closing.heard(packet) };
  },
};

class ClosingWatch {
  readonly #context: WatchContext;
  #first:
    { readonly pn: number; readonly body: CloseBody; readonly isAnswer: boolean; readonly atUs: number } | undefined;
  #closes = 0;
  /** Not CLOSE. */
  #largestOther = 0;
  #heardClosePn: number | undefined;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  heard({ content }: FollowedPacket): void {
    if (content.body.kind === "CLOSE") this.#heardClosePn ??= content.pn;
  }

  own(packet: FollowedPacket): void {
    const { content, seen } = packet;
    const { speak } = this.#context;
    const first = this.#first;
    if (content.body.kind !== "CLOSE") {
      this.#largestOther = Math.max(this.#largestOther, content.pn);
      if (first !== undefined && content.pn > first.pn) {
        speak(`pn ${content.pn} is ${content.body.kind}, after the CLOSE with pn ${first.pn}`, seen);
      } else if (this.#answers(packet)) {
        speak(`pn ${content.pn} names the peer's CLOSE and is ${content.body.kind}`, seen, "L-6");
      }
      return;
    }
    this.#closes += 1;
    this.#judgeForm(packet, content.body);
    if (first === undefined) {
      const isAnswer = this.#answers(packet);
      this.#first = { pn: content.pn, body: content.body, isAnswer, atUs: seen.atUs };
      if (isAnswer && (content.body.code !== 0 || content.body.reason !== "")) {
        speak(`pn ${content.pn} answers CLOSE with code ${content.body.code} "${content.body.reason}"`, seen, "L-6");
      }
      if (this.#largestOther > content.pn) speak(`a packet after the CLOSE with pn ${content.pn}`, seen);
      return;
    }
    if (first.body.code !== content.body.code || first.body.reason !== content.body.reason) {
      speak(`pn ${content.pn} closes with code ${content.body.code}, pn ${first.pn} did with ${first.body.code}`, seen);
    }
    const lingeredUs = seen.atUs - first.atUs;
    if (this.#context.isAtOwnTap && lingeredUs > LINGER_US + this.#context.lagUs)
      speak(`pn ${content.pn} closes ${(lingeredUs / 1e6).toFixed(1)} s after the first CLOSE`, seen, "L-7");
    if (first.isAnswer) speak(`pn ${content.pn} answers a CLOSE for the second time`, seen, "L-6");
    if (this.#closes === MOST_CLOSES + 1) speak(`pn ${content.pn} is CLOSE number ${this.#closes}`, seen);
  }

  /** It names the peer's CLOSE, so it read it, and had not closed itself. */
  #answers({ content }: FollowedPacket): boolean {
    const pn = this.#heardClosePn;
    return pn !== undefined && content.named.some(({ first, last }) => first <= pn && pn <= last);
  }

  #judgeForm({ content, seen }: FollowedPacket, { code, reason }: CloseBody): void {
    const { speak, knowledge } = this.#context;
    const { pn } = content;
    if (content.window !== 0) speak(`CLOSE pn ${pn} has window ${content.window}`, seen, "L-4");
    if (code === MUX_CODE && isKnownMuxLabel(reason) === false) {
      speak(`CLOSE pn ${pn} has the label "${reason}", which there isn't`, seen, "M-34");
    }
    if (code > BUSY) speak(`CLOSE pn ${pn} has code ${code}, which there isn't`, seen, "B-13");
    // No capture holds 2^36 packets.
    if (code === AEAD_LIMIT) speak(`CLOSE pn ${pn} says that too many packets failed to open`, seen, "P-24");
    const isOfHandshake = code === AUTH || code === BUSY;
    const isRefusal = knowledge.end === "responder" && pn === 1 && isOfHandshake;
    if (isOfHandshake && !isRefusal) speak(`CLOSE pn ${pn} refuses with code ${code} what was taken`, seen, "B-13");
    if (!isRefusal) return;
    const { ack, ackBits, delivered, ackDelayUs } = content;
    if ([ack, ackBits, delivered, ackDelayUs].some((field) => field !== 0)) {
      speak("a refusal acknowledges something", seen, "H-49");
    }
    if (reason !== "") speak(`a refusal has the reason "${reason}"`, seen, "H-57");
  }
}
