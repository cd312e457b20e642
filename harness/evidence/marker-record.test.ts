import { describe, expect, it } from "vitest";
import { loadProfile, profileNames } from "../profiles/load.ts";
import { MARKER_RECORDS, REMAINDERS, RULE_SOURCES } from "./marker-record.ts";
import { RULE_TEXTS } from "./rules/rule-texts.ts";

/** Every marker of the project, those that a profile brings included. */
const MARKERS = new Map(
  profileNames().flatMap((name) => loadProfile(name).manifest.markers.map((marker) => [marker.id, marker] as const)),
);

describe("the record of markers", () => {
  it("has every marker that a profile of the project may ask for, and no other", () => {
    expect(Object.keys(MARKER_RECORDS).sort()).toEqual([...MARKERS.keys()].sort());
  });

  it.each([...MARKERS.values()])("$id: is confirmed by the rules that its entry names", ({ id, evidence }) => {
    expect(MARKER_RECORDS[id]?.confirmedBy).toEqual(evidence);
    expect(evidence).not.toEqual([]);
  });

  it("knows what each rule reads, and of every rule something that the agent doesn't write", () => {
    expect(Object.keys(RULE_SOURCES).sort()).toEqual(Object.keys(RULE_TEXTS).sort());
    for (const [rule, sources] of Object.entries(RULE_SOURCES)) {
      expect([rule, sources.some((source) => source !== "told")]).toEqual([rule, true]);
    }
  });

  it("leaves nothing to the guest's word but four things, and each of them somewhere", () => {
    const left = new Set(Object.values(MARKER_RECORDS).flatMap(({ guestsWord }) => guestsWord));
    expect([...left].sort()).toEqual(["entropy", "independence", "memory", "unprovoked"]);
    expect(Object.keys(REMAINDERS).sort()).toEqual([...left].sort());
  });
});
