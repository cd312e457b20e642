/** Ends that keep the rules are never accused, whatever a path does with their packets, from whichever tap they are seen. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { End } from "../follow/session-packet.ts";
import { deliveredArrivedRule } from "../rules/delivered-arrived.ts";
import { deliveredNamedRule } from "../rules/delivered-named.ts";
import { followUdpSession } from "./follow-udp-session.ts";
import { HonestEnd, peerOf, playedPacket, PlayedWire, SETUP, type PlayedFields } from "./played-session.fixture.ts";

const ACTIONS = ["data", "data", "data", "repeat", "ack", "ack", "ping", "finish"] as const;
const FATES = ["arrives", "arrives", "arrives", "lost", "late", "twice", "corrupted"] as const;

interface Step {
  readonly end: End;
  readonly action: (typeof ACTIONS)[number];
  readonly fate: (typeof FATES)[number];
  readonly size: number;
  readonly lateBy: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  end: fc.constantFrom<End>("initiator", "responder"),
  action: fc.constantFrom(...ACTIONS),
  fate: fc.constantFrom(...FATES),
  size: fc.integer({ min: 1, max: 150 }),
  lateBy: fc.integer({ min: 1, max: 12 }),
});

function act(honest: HonestEnd, { action, size }: Step): PlayedFields | undefined {
  switch (action) {
    case "data":
      return honest.data(size);
    case "repeat":
      return honest.repeat(size);
    case "ack":
      return honest.acknowledge();
    case "ping":
      return honest.ping();
    case "finish":
      return size > 140 ? honest.finish() : undefined;
  }
}

/** @returns what both taps saw, in the order in which it happened */
function play(steps: readonly Step[], wires: Readonly<Record<"both" | End, PlayedWire>>): void {
  const ends = { initiator: new HonestEnd("initiator", 7), responder: new HonestEnd("responder", 13) };
  const under: { at: number; sender: End; fields: PlayedFields }[] = [];
  const arrive = (sender: End, fields: PlayedFields): void => {
    const packet = playedPacket(fields);
    wires.both.arrive(sender, fields.pn, packet);
    wires[peerOf(sender)].arrive(sender, fields.pn, packet);
    ends[peerOf(sender)].receive(fields);
  };
  for (const [now, one] of steps.entries()) {
    for (const late of under.filter(({ at }) => at === now)) arrive(late.sender, late.fields);
    const fields = act(ends[one.end], one);
    if (fields === undefined) continue;
    const packet = playedPacket(fields);
    wires.both.leave(one.end, fields.pn, packet);
    wires[one.end].leave(one.end, fields.pn, packet);
    if (one.fate === "arrives" || one.fate === "twice") arrive(one.end, fields);
    if (one.fate === "late" || one.fate === "twice") under.push({ at: now + one.lateBy, sender: one.end, fields });
    if (one.fate !== "corrupted") continue;
    wires.both.unopened(one.end, "delivered", fields.pn, packet.datagram);
    wires[peerOf(one.end)].unopened(one.end, "delivered", fields.pn, packet.datagram);
  }
}

test("no rule speaks about ends that keep them all", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 400, size: "max" }), (steps) => {
      const wireOf = (tapped: Record<End, boolean>): PlayedWire =>
        new PlayedWire([followUdpSession({ ...SETUP, tapped })]);
      const wires = {
        both: wireOf({ initiator: true, responder: true }),
        initiator: wireOf({ initiator: true, responder: false }),
        responder: wireOf({ initiator: false, responder: true }),
      };
      play(steps, wires);
      expect(Object.values(wires).flatMap((wire) => wire.end().flatMap(({ findings }) => findings))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("who names what a peer sends with thousands of gaps between is not accused once they are too many to know", () => {
  const wire = PlayedWire.with({}, { packets: [deliveredArrivedRule, deliveredNamedRule] });
  for (let pn = 1; pn <= 4_200; pn += 1) {
    wire.say("initiator", { type: "DATA", pn, offset: 2 * (pn - 1), bytes: Uint8Array.of(7) });
    wire.say("responder", { type: "PING", pn, ack: pn, bits: pn > 32 ? 0xffffffff : 2 ** (pn - 1) - 1, delivered: 1 });
  }
  expect(wire.end().flatMap(({ findings }) => findings)).toEqual([]);
});

/** Of an end that asks after so long and goes on every so often, with an idle timeout of 15 s: what is said of it. */
function findingsOfAsking(afterMs: number, everyMs: number): readonly string[] {
  const wire = PlayedWire.with({ lagUs: 100_000 });
  wire.say("initiator", { type: "PING", pn: 1 }).say("responder", { type: "ACK", pn: 1, ack: 1 });
  let pn = 2;
  for (let silentMs = afterMs; silentMs < 15_000; silentMs += everyMs) {
    wire.wait(pn === 2 ? afterMs : everyMs);
    wire.lose("initiator", { type: "PING", pn, ack: 1, ackDelayUs: silentMs * 1_000 });
    pn += 1;
  }
  return wire.end().flatMap(({ findings }) => findings.map(({ rule }) => rule));
}

test("who is not answered may ask as soon as it likes, by half of the idle timeout and a twentieth, and once in a sixtieth", () => {
  expect([findingsOfAsking(5_250, 2_000), findingsOfAsking(7_500, 250), findingsOfAsking(8_250, 250)]).toEqual([
    [],
    [],
    [],
  ]);
  expect(findingsOfAsking(8_450, 250)).toEqual(["idle-timeout"]);
  expect(findingsOfAsking(7_500, 50)).toEqual(["probes-spaced"]);
});
