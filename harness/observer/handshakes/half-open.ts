/** One answer to a MSG1: a MSG2 that opens, the MSG3 that follows it, and what leaves before there is one. */
import { hex } from "../crypto/bytes.ts";
import { PROOF_LENGTH } from "../crypto/proof.ts";
import { openSecondMessage, openThirdMessage, type SecondMessage, type ThirdMessage } from "../noise/passive-xk.ts";
import { PARAMS_BYTES, type Params, readParams, sameParams } from "../wire/params.ts";
import { UDP_SEC_HEADER_BYTES, type UdpHeader } from "../wire/udp-header.ts";
import type { SeenDial } from "./seen-dial.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { HandshakeFrame } from "./handshake-rules.ts";
import { checkInitiator, checkResponder, type CheckedIdentity } from "./identity-check.ts";
import { checkEphemeral } from "./open-dial.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import { CopySchedule } from "./copy-schedule.ts";
import { digestOf, isAccountable, type SeenDatagram } from "./seen-datagram.ts";

export interface HalfOpenFacts {
  readonly dial: SeenDial;
  readonly high: number;
  readonly second: SecondMessage;
  readonly params: Params;
  readonly identity: CheckedIdentity;
  /** Why the initiator must not go on; undefined: it may. */
  readonly refused: string | undefined;
  readonly frame: HandshakeFrame;
}

export type AnswerResult = { readonly half: HalfOpen } | { readonly half?: undefined; readonly kind: string };

/** @returns the half-open handshake that this MSG2 makes of the dial, or why it doesn't open */
export function openAnswer(
  context: HandshakeContext,
  dial: SeenDial,
  seen: SeenDatagram,
  header: UdpHeader,
): AnswerResult {
  const noise = seen.bytes.subarray(UDP_SEC_HEADER_BYTES);
  const second = openSecondMessage(dial.facts.first, noise, (one, other) => context.secrets.shared(one, other));
  if (second.kind !== "opened") return { kind: second.kind };
  const { report } = context;
  const { params, problem } = readParams(second.payload, header.high);
  if (problem !== undefined) report(findingOf("params", "responder", `MSG2: ${problem}`, seen));
  const proofEnd = PARAMS_BYTES + PROOF_LENGTH;
  const isPadded = second.payload.subarray(proofEnd).some((byte) => byte !== 0);
  if (isPadded) report(findingOf("padding", "responder", "MSG2: padding that is not zero", seen));
  checkEphemeral(context, seen, "responder", second.responderEphemeral, noise);
  const proof = second.payload.subarray(PARAMS_BYTES, proofEnd);
  const identity = checkResponder(context, dial.facts.first.responderStatic, proof, seen);
  const { refused: dialRefused } = dial.facts;
  if (dialRefused !== undefined)
    report(findingOf("refused-message-1", "responder", `MSG2 for a MSG1 that is to be dropped: ${dialRefused}`, seen));
  const refused = problem ?? (isPadded ? "padding" : identity.refusal);
  const frame: HandshakeFrame = { file: seen.file, number: seen.number, message: "MSG2" };
  return { half: new HalfOpen(context, { dial, high: header.high, second, params, identity, refused, frame }) };
}

export class HalfOpen {
  readonly facts: HalfOpenFacts;
  readonly #context: HandshakeContext;
  readonly #schedule: CopySchedule;
  #finished: { readonly digest: string; readonly handshake: OpenedHandshake } | undefined;
  #otherThird = "";
  #responderTapped = false;
  /** When the initiator may have heard a packet first. */
  #heardUs: number | undefined;
  #hasToldLate = false;
  #thirdsArrived = 0;
  #refusals = 0;

  constructor(context: HandshakeContext, facts: HalfOpenFacts) {
    this.#context = context;
    this.facts = facts;
    this.#schedule = new CopySchedule(context.timing.clockSlackUs);
  }

  get handshake(): OpenedHandshake | undefined {
    return this.#finished?.handshake;
  }

  takeCopy(seen: SeenDatagram): void {
    this.facts.dial.takeAnswer(seen, "MSG2");
    if (isAccountable(seen) && seen.isTapped) this.#responderTapped = true;
  }

  /** @returns "opened", or why not */
  takeThird(seen: SeenDatagram, header: UdpHeader): string {
    const digest = digestOf(seen.bytes);
    if (this.#finished?.digest !== digest) {
      const noise = seen.bytes.subarray(UDP_SEC_HEADER_BYTES);
      const third = openThirdMessage(this.facts.second, noise, (one, other) =>
        this.#context.secrets.shared(one, other),
      );
      if (third.kind !== "opened") return third.kind;
      if (this.#finished !== undefined) {
        if (this.#otherThird === digest) return "opened";
        this.#otherThird = digest;
        this.#context.report(findingOf("message-3-repeated", "initiator", "a second MSG3 of other bytes", seen));
        return "opened";
      }
      const handshake = this.#finish(third, seen, header);
      this.#finished = { digest, handshake };
      this.#context.opened(handshake);
    }
    if (!isAccountable(seen)) this.#thirdsArrived += 1;
    if (isAccountable(seen) && seen.isTapped) {
      this.#checkDeadline(seen, "MSG3", seen.atUs);
      const windowMs = this.#schedule.take(seen.atUs, 0);
      if (windowMs !== undefined)
        this.#context.report(
          findingOf("repeats-spaced", "initiator", `more copies of MSG3 in ${windowMs} ms than are due`, seen),
        );
    }
    return "opened";
  }

  /** A packet with this handshake's id. @param opens under the key of its sender */
  takePacket(seen: SeenDatagram, sender: "initiator" | "responder", opens: boolean, isClose: boolean): void {
    if (seen.place === "delivered" && sender === "responder" && opens) this.#heardUs ??= seen.atUs;
    if (!isAccountable(seen) || !seen.isTapped) return;
    const early = (text: string): void => this.#context.report(findingOf("packet-too-early", sender, text, seen));
    if (sender === "responder" && this.handshake?.refusal !== undefined) this.#takeRefusal(seen);
    if (this.#finished === undefined) early(`a packet of the ${sender}'s before a MSG3 that opens`);
    // "handshake timeout" is told in a CLOSE, to a responder that was never heard.
    else if (sender === "initiator" && !isClose) {
      if (this.#heardUs === undefined) early("a packet before one of the responder's arrived");
      else this.#checkDeadline(seen, "a packet of a dial that was first answered", this.#heardUs);
    }
  }

  #takeRefusal(seen: SeenDatagram): void {
    this.#refusals += 1;
    if (this.#refusals <= this.#thirdsArrived) return;
    const text = `refusal number ${this.#refusals} for ${this.#thirdsArrived} copies of MSG3`;
    this.#context.report(findingOf("answers-provoked", "responder", text, seen, "H-46"));
  }

  /** An end that goes on after its deadline must have given up. */
  #checkDeadline(seen: SeenDatagram, what: string, reachedUs: number): void {
    const { dial } = this.facts;
    if (this.#hasToldLate || dial.lateBy(reachedUs) <= 0) return;
    this.#hasToldLate = true;
    const text = `${what} ${((reachedUs - dial.firstUs) / 1e6).toFixed(1)} s after its first MSG1`;
    this.#context.report(findingOf("handshake-deadline", "initiator", text, seen));
  }

  #finish(third: ThirdMessage, seen: SeenDatagram, header: UdpHeader): OpenedHandshake {
    const { dial, second, params, identity, refused, frame, high } = this.facts;
    const { report } = this.#context;
    if (refused !== undefined)
      report(findingOf("refused-message-2", "initiator", `MSG3 after a MSG2 that is to be refused: ${refused}`, seen));
    const own = readParams(third.payload, header.low);
    const isKept = sameParams(own.params, dial.facts.params);
    if (own.problem !== undefined) report(findingOf("params", "initiator", `MSG3: ${own.problem}`, seen));
    else if (!isKept) report(findingOf("params-kept", "initiator", "MSG3's params are not those of MSG1", seen));
    const proof = third.payload.subarray(PARAMS_BYTES);
    const initiator = checkInitiator(this.#context, identity.deviceId, third.initiatorStatic, proof, seen);
    const { retryFrame } = dial;
    const msg3: HandshakeFrame = { file: seen.file, number: seen.number, message: "MSG3" };
    return {
      transport: "udp",
      initiator: {
        socket: dial.facts.initiator,
        staticKey: hex(third.initiatorStatic),
        ephemeralKey: hex(dial.facts.first.initiatorEphemeral),
        deviceId: initiator.deviceId,
        params: dial.facts.params,
        tapped: dial.tapped,
      },
      responder: {
        socket: dial.facts.responder,
        staticKey: hex(dial.facts.first.responderStatic),
        ephemeralKey: hex(second.responderEphemeral),
        deviceId: identity.deviceId,
        params,
        tapped: this.#responderTapped,
      },
      sessionId: { low: dial.facts.low, high },
      handshakeHash: hex(third.handshakeHash),
      initiatorKey: third.initiatorKey,
      responderKey: third.responderKey,
      refusal: own.problem !== undefined || !isKept ? "params" : initiator.refusal,
      frames: [dial.facts.frame, ...(retryFrame === undefined ? [] : [retryFrame]), frame, msg3],
      atUs: seen.atUs,
      startedUs: dial.firstUs,
    };
  }
}
