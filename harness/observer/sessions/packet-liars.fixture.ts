/** How liars about packets are played and tried. */
import { describe, expect, test } from "vitest";
import type { PacketRule } from "../follow/packet-rule.ts";
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { PlayedWire } from "./played-session.fixture.ts";

export interface Liar {
  readonly lie: string;
  readonly rule: string;
  readonly requirement: string;
  readonly play: (wire: PlayedWire) => void;
}

export const bytes = (size: number, value = 7): Uint8Array => new Uint8Array(size).fill(value);
export const ping = (pn: number) => ({ type: "PING", pn }) as const;

/** Every pn below this one was received. */
export const bitsBelow = (pn: number): number => (pn > 32 ? 0xffffffff : 2 ** (pn - 1) - 1);

/** `count` packets of data of the initiator's, lost or not. */
export function flood(wire: PlayedWire, from: number, to: number, lost: readonly number[] = []): void {
  for (let pn = from; pn <= to; pn += 1) {
    const fields = { type: "DATA", pn, offset: (pn - 1) * 1_000, bytes: bytes(1_000) } as const;
    if (lost.includes(pn)) wire.lose("initiator", fields);
    else wire.say("initiator", fields);
  }
}

/** For each the rule that it names speaks, and no other; without that rule nobody does. @param rules each must have a liar */
export function tryPacketLiars(liars: readonly Liar[], rules: readonly PacketRule[]): void {
  describe("liars", () => {
    test.each(liars)("$rule, $requirement: $lie", ({ rule, requirement, play }) => {
      const wire = PlayedWire.with();
      play(wire);
      const findings = wire.end().flatMap((report) => report.findings);
      expect([...new Set(findings.map((finding) => finding.rule))]).toEqual([rule]);
      expect(findings[0]?.requirement).toBe(requirement);
    });

    test.each(liars)("without $rule nobody notices: $lie", ({ rule, play }) => {
      const wire = PlayedWire.with({}, { packets: PACKET_RULES.filter(({ id }) => id !== rule) });
      play(wire);
      expect(wire.end().flatMap(({ findings }) => findings)).toEqual([]);
    });

    test("every rule has one", () => {
      expect(rules.map(({ id }) => id).filter((id) => !liars.some(({ rule }) => rule === id))).toEqual([]);
    });
  });
}
