/** A responder, an honest dialler, and what an attacker does with their datagrams. Nothing moves but by the attack's hand. */
import type { Address } from "../../core/index.ts";
import type { EndpointOptions } from "../../core/udp-sec/endpoint/endpoint-options.ts";
import { type Node, Wire } from "../../core/udp-sec/endpoint/wire.fixture.ts";
import { PacketType } from "../../core/udp-sec/packet/header.ts";

const COOKIE_AT = 1_184;
const MAC1_AT = 1_168;

export interface HandshakeStage {
  readonly wire: Wire;
  readonly responder: Node;
  readonly dialler: Node;
}

export function stage(
  responder: Partial<EndpointOptions> = {},
  dialler: Partial<EndpointOptions> = {},
): HandshakeStage {
  const wire = new Wire();
  return {
    wire,
    responder: wire.add("b", responder),
    dialler: wire.add("a", { accept: undefined, limits: { connections: 10_000 }, ...dialler }),
  };
}

/** First messages of new dials of `from`, kept from the wire. */
export function firstMessages({ wire, responder }: HandshakeStage, from: Node, count: number): Uint8Array[] {
  const before = wire.sent.length;
  const { delivers } = wire;
  wire.delivers = () => false;
  for (let index = 0; index < count; index += 1) wire.dial(from, responder);
  wire.step();
  wire.delivers = delivers;
  return wire
    .sentOf("MSG1", from)
    .slice(countBefore(wire, from, before))
    .map(({ datagram }) => datagram.slice());
}

function countBefore(wire: Wire, from: Node, before: number): number {
  return wire.sent.slice(0, before).filter((sent) => sent.from === from && sent.datagram[1] === PacketType.MSG1).length;
}

/** What the node answers at once to a datagram from that address. */
export function answersOf({ wire }: HandshakeStage, node: Node, datagram: Uint8Array, from: Address): Uint8Array[] {
  node.endpoint.receive(datagram.slice(), from, wire.nowMs);
  const answers: Uint8Array[] = [];
  for (let out = node.endpoint.poll(wire.nowMs); out !== undefined; out = node.endpoint.poll(wire.nowMs)) {
    answers.push(out.datagram.slice());
  }
  node.events.push(...node.endpoint.takeEvents());
  return answers;
}

export function countOf(answers: readonly Uint8Array[], type: keyof typeof PacketType): number {
  return answers.filter((answer) => answer[1] === PacketType[type]).length;
}

/** Has the responder answer with RETRY. @returns the cookie for that first message from that address */
export function cookieFor(on: HandshakeStage, msg1: Uint8Array, from: Address): Uint8Array {
  const retry = answersOf(on, on.responder, msg1, from).find((answer) => answer[1] === PacketType.RETRY);
  if (retry === undefined) throw new RangeError("the stage gave no RETRY: its rate is not used up");
  return retry.slice(26, 42);
}

export function withCookieField(msg1: Uint8Array, cookie: Uint8Array): Uint8Array {
  const copy = msg1.slice();
  copy.set(cookie, COOKIE_AT);
  return copy;
}

export function withBrokenMac1(msg1: Uint8Array): Uint8Array {
  const copy = msg1.slice();
  copy[MAC1_AT] = (copy[MAC1_AT] ?? 0) ^ 1;
  return copy;
}

/** No first message is admitted without a cookie, once `useUpRate` has spent the one that an address has. */
export const NO_RATE = { limits: { bucketBurst: 1, bucketRatePerSecond: 0, halfOpenBeforeRetry: 0 } } as const;

export function useUpRate(on: HandshakeStage, from: Address): void {
  for (const msg1 of firstMessages(on, on.dialler, 1)) answersOf(on, on.responder, msg1, from);
}
