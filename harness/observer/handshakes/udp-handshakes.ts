/** Every handshake over UDP of a set of captures, told apart by its bytes, and the packets that belong to each. */
import { open } from "../crypto/primitives.ts";
import type { Malformed } from "../wire/reading.ts";
import { isHandshakeDatagram, readUdpHeader, TYPES, type UdpHeader } from "../wire/udp-header.ts";
import type { HalfOpen } from "./half-open.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import { refusedAnswerProblem } from "./refused-answer.ts";
import type { SeenDatagram } from "./seen-datagram.ts";
import { UdpFlow } from "./udp-flow.ts";

/** Pairs of sockets that are looked at; further ones are not, and that is told. */
const MAX_FLOWS = 65_536;

/** A sealed packet whose session is known. */
export interface SealedPacket {
  readonly file: string;
  readonly number: number;
  readonly atUs: number;
  readonly sender: "initiator" | "responder";
  readonly place: "sent" | "delivered";
  readonly pn: number;
  readonly datagram: Uint8Array;
}

export interface PacketSink {
  packet(handshake: OpenedHandshake, packet: SealedPacket & { readonly plaintext: Uint8Array }): void;
  unopened(handshake: OpenedHandshake, packet: SealedPacket): void;
}

export class UdpHandshakes {
  readonly #context: HandshakeContext;
  readonly #sink: PacketSink;
  readonly #flows = new Map<string, UdpFlow>();

  constructor(context: HandshakeContext, sink: PacketSink) {
    this.#context = context;
    this.#sink = sink;
  }

  take(seen: SeenDatagram): void {
    const { value: header, malformed } = readUdpHeader(seen.bytes);
    const flow = this.#flowOf(seen, header);
    if (flow === undefined) return;
    if (header === undefined) {
      // Of sockets that never spoke udp-sec nothing is asked.
      if (flow.isOurs && seen.place === "sent" && seen.isTapped) this.#report(flow, seen, malformed);
      return;
    }
    if (isHandshakeDatagram(header.typ)) flow.takeHandshake(seen, header);
    else this.#takePacket(flow, seen, header);
  }

  #report(flow: UdpFlow, seen: SeenDatagram, { requirement, text }: Malformed): void {
    this.#context.report(findingOf("datagram-form", flow.roleOf(seen.from), text, seen, requirement));
  }

  #takePacket(flow: UdpFlow, seen: SeenDatagram, header: UdpHeader): void {
    const halves = flow.halvesOf(header);
    if (halves.length === 0) {
      if (seen.place === "sent") this.#context.unjudged("a packet without its session's handshake", seen);
      return;
    }
    // With one id the one whose key opens it; if none does, the latest.
    const tried = halves.map((half) => ({ half, plaintext: openedBy(half, seen, header) }));
    const { half, plaintext } = tried.find((result) => result.plaintext !== undefined) ?? tried[0] ?? {};
    if (half === undefined) return;
    const sender = seen.from === half.facts.dial.facts.initiator ? "initiator" : "responder";
    half.takePacket(seen, sender, plaintext !== undefined, header.typ === TYPES.CLOSE);
    const { handshake } = half;
    if (handshake === undefined) return;
    if (handshake.refusal !== undefined) {
      this.#takeRefused(handshake, seen, header, sender, plaintext);
      return;
    }
    const { file, number, atUs, place, bytes: datagram } = seen;
    const packet: SealedPacket = { file, number, atUs, sender, place, pn: header.pn, datagram };
    if (plaintext === undefined) this.#sink.unopened(handshake, packet);
    else this.#sink.packet(handshake, { ...packet, plaintext });
  }

  #takeRefused(
    handshake: OpenedHandshake,
    seen: SeenDatagram,
    header: UdpHeader,
    sender: "initiator" | "responder",
    plaintext: Uint8Array | undefined,
  ): void {
    const problem = sender === "responder" ? refusedAnswerProblem(handshake, header, plaintext) : undefined;
    if (problem !== undefined) this.#context.report(findingOf("refused-message-3", "responder", problem, seen));
  }

  #flowOf(seen: SeenDatagram, header: UdpHeader | undefined): UdpFlow | undefined {
    const key = seen.from < seen.to ? `${seen.from} ${seen.to}` : `${seen.to} ${seen.from}`;
    const known = this.#flows.get(key);
    // A datagram that isn't udp-sec makes no flow of two sockets.
    if (known !== undefined || header === undefined) return known;
    if (this.#flows.size >= MAX_FLOWS) {
      this.#context.unjudged(`more than ${MAX_FLOWS} pairs of sockets`, seen);
      return undefined;
    }
    const flow = new UdpFlow(this.#context);
    this.#flows.set(key, flow);
    return flow;
  }
}

function openedBy(half: HalfOpen, seen: SeenDatagram, header: UdpHeader): Uint8Array | undefined {
  const { handshake } = half;
  if (handshake === undefined) return undefined;
  const key = seen.from === handshake.initiator.socket ? handshake.initiatorKey : handshake.responderKey;
  return open(key, header.pn, header.raw, header.body);
}
