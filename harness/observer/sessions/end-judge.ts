/** One end of one UDP session under the rules. */
import { readPacketContent, type ReadPacket } from "../wire/packet-content.ts";
import { readPacketFields } from "../wire/packet-fields.ts";
import type { Reading } from "../wire/reading.ts";
import { EndKnowledge, type FollowedPacket } from "../follow/end-knowledge.ts";
import type { FindingLog } from "../follow/finding-log.ts";
import type { PacketRule, PacketWatch } from "../follow/packet-rule.ts";
import { RunSet } from "../follow/run-set.ts";
import { BytesInOrder } from "../follow/stream-window.ts";
import {
  nothingSeen,
  otherEnd,
  type CapturePlace,
  type End,
  type EndFigures,
  type SessionPacket,
} from "../follow/session-packet.ts";
import type { UdpSessionSetup } from "../follow/session-packet.ts";

/** Who understands the bytes of the stream. */
export interface StreamListener {
  own(bytes: Uint8Array, at: CapturePlace): void;
  heard(bytes: Uint8Array, at: CapturePlace): void;
  /** The end's own direction is over. */
  finished(at: CapturePlace): void;
}

export class EndJudge {
  readonly figures: EndFigures = nothingSeen();
  readonly #knowledge: EndKnowledge;
  readonly #watches: readonly PacketWatch[];
  readonly #listener: StreamListener | undefined;
  readonly #seenPns = new RunSet();
  readonly #ownBytes = new BytesInOrder();
  readonly #heardBytes = new BytesInOrder();
  #finalSize: number | undefined;

  constructor(
    end: End,
    setup: UdpSessionSetup,
    rules: readonly PacketRule[],
    log: FindingLog,
    listener: StreamListener | undefined,
  ) {
    this.#knowledge = new EndKnowledge(end, setup.parameters[otherEnd(end)].windowBytes);
    this.#listener = listener;
    this.#watches = rules.map((rule) =>
      rule.watch({
        knowledge: this.#knowledge,
        parameters: setup.parameters[end],
        peerParameters: setup.parameters[otherEnd(end)],
        isAtOwnTap: setup.tapped[end],
        congestion: setup.congestion,
        clockSlackUs: setup.clockSlackUs,
        lagUs: setup.lagUs,
        speak: log.speaker(rule.id, end, rule.requirement),
        isPeerAccused: () => log.hasFindingAbout(otherEnd(end)),
      }),
    );
  }

  /** A packet of this end. */
  own(packet: SessionPacket): void {
    for (const watch of this.#watches) watch.sealed?.(packet);
    const reading = readWhole(packet);
    if (reading.malformed !== undefined) {
      for (const watch of this.#watches) watch.malformed?.(reading.malformed, packet);
      return;
    }
    const content = reading.value;
    if (this.#seenPns.has(content.pn) || content.pn <= this.#seenPns.forgottenThrough) return;
    this.#seenPns.add(content.pn, content.pn);
    this.figures.packets += 1;
    const followed: FollowedPacket = { content, seen: packet, isInOrder: content.pn > this.#knowledge.largestOwn };
    const reports = followed.isInOrder ? this.#knowledge.confess(content) : [];
    for (const watch of this.#watches) watch.own?.(followed, reports);
    this.#knowledge.close(followed);
    this.#followOwn(followed);
  }

  /** A packet of the peer that arrived. */
  heard(packet: SessionPacket): void {
    const reading = readWhole(packet);
    if (reading.malformed !== undefined) return;
    const content = reading.value;
    const followed: FollowedPacket = { content, seen: packet, isInOrder: true };
    if (!this.#knowledge.hear(followed)) return;
    for (const watch of this.#watches) watch.heard?.(followed);
    if (content.body.kind !== "DATA") return;
    for (const bytes of this.#heardBytes.put(content.body.offset, content.body.bytes)) {
      this.#listener?.heard(bytes, packet);
    }
    if (this.#heardBytes.hasGivenUp) this.#unjudged("bytes that arrived: more waited behind a gap than is kept");
  }

  unopened(packet: Omit<SessionPacket, "plaintext">): void {
    this.figures.unopened += 1;
    for (const watch of this.#watches) watch.unopened?.(packet);
  }

  finish(): void {
    for (const watch of this.#watches) watch.finish?.();
    this.figures.streamBytes = this.#ownBytes.end;
  }

  #followOwn({ content: { body }, seen }: FollowedPacket): void {
    if (body.kind === "CLOSE") this.figures.close ??= { code: body.code, reason: body.reason };
    if (body.kind !== "DATA") return;
    for (const bytes of this.#ownBytes.put(body.offset, body.bytes)) this.#listener?.own(bytes, seen);
    if (this.#ownBytes.hasGivenUp) this.#unjudged("bytes that were sent: more waited behind a gap than is kept");
    if (body.fin) this.#finalSize ??= body.offset + body.bytes.length;
    if (this.figures.hasFinished || this.#finalSize !== this.#ownBytes.end) return;
    this.figures.hasFinished = true;
    this.#listener?.finished(seen);
  }

  #unjudged(what: string): void {
    if (!this.figures.unjudged.includes(what)) this.figures.unjudged.push(what);
  }
}

function readWhole({ datagram, plaintext }: SessionPacket): Reading<ReadPacket> {
  const fields = readPacketFields(datagram);
  if (fields.malformed !== undefined) return fields;
  if (fields.value === undefined) return { malformed: { requirement: "P-15", text: "not a packet of a connection" } };
  return readPacketContent(fields.value, plaintext);
}
