/** How liars about records, the mux and the services are tried. */
import { describe, expect, test } from "vitest";
import { frameBytes, PlayedStreams, u32 } from "./played-streams.fixture.ts";

export interface StreamLiar {
  readonly lie: string;
  readonly rule: string;
  readonly requirement: string;
  /** ACCEPT comes so late. */
  readonly lateMs?: number;
  readonly play: (streams: PlayedStreams) => unknown;
}

export const text = (value: string): Buffer => Buffer.from(value);

export const open = (id: number, name: string, credit = 65_536): Buffer =>
  frameBytes("OPEN", id, Buffer.concat([u32(credit), text(name)]));

/** For each the rule that it names speaks, and no other; without that rule nobody does. */
export function tryLiars(liars: readonly StreamLiar[], rules: readonly { readonly id: string }[]): void {
  describe("liars", () => {
    test.each(liars)("$rule, $requirement: $lie", ({ rule, requirement, lateMs, play }) => {
      const streams = PlayedStreams.open(undefined, lateMs);
      play(streams);
      const { findings } = streams.end();
      expect([...new Set(findings.map((finding) => finding.rule))]).toEqual([rule]);
      expect(findings[0]?.requirement).toBe(requirement);
    });

    test.each(liars)("without $rule nobody notices: $lie", ({ rule, lateMs, play }) => {
      const streams = PlayedStreams.open(rule, lateMs);
      play(streams);
      expect(streams.end().findings).toEqual([]);
    });

    test("every rule has one", () => {
      expect(rules.map(({ id }) => id).filter((id) => !liars.some(({ rule }) => rule === id))).toEqual([]);
    });
  });
}
