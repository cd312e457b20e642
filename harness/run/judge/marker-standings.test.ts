import { describe, expect, it } from "vitest";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { Manifest, type MarkerEntry } from "../../markers/manifest.ts";
import { loadProfile, profileNames } from "../../profiles/load.ts";
import { standingsOf } from "./marker-standings.ts";

const entry = (id: string, evidence: string[]): MarkerEntry => ({
  ...{ id, text: `it is ${id}`, process: "p", proves: "x", evidence },
});
const MANIFEST = new Manifest([entry("one", ["r1"]), entry("both", ["r1", "r2"]), entry("bare", [])]);
const found = (rule: string, finding: EvidenceFinding["finding"], about: Partial<EvidenceFinding> = {}) => ({
  ...{ rule, marker: undefined, finding, saw: "" },
  ...about,
});

function standingOf(marker: string, evidence: readonly EvidenceFinding[], reachedMs: number | undefined = 5): string {
  const { rungs, ...counts } = standingsOf([{ marker, node: "a", reachedMs }], evidence, MANIFEST);
  expect(counts.confirmed + counts.denied + counts.guestsWord + counts.nothingToJudge).toBe(1);
  return rungs.map(({ standing, confirmedBy }) => [standing, ...confirmedBy].join(" ")).join();
}

describe("a rung", () => {
  it.each<[string, string, readonly EvidenceFinding[]]>([
    ["confirmed r1", "one", [found("r1", "confirmed")]],
    ["confirmed r1", "one", [found("r1", "confirmed", { marker: "one", node: "a" })]],
    ["confirmed r1 r2", "both", [found("r1", "confirmed"), found("r2", "confirmed", { marker: "both", node: "a" })]],
    ["guest's word", "bare", [found("r1", "confirmed")]],
    ["denied", "one", [found("r1", "contradicted"), found("r1", "confirmed")]],
    ["denied", "both", [found("r1", "contradicted"), found("r2", "unavailable")]],
    ["denied", "bare", [found("r1", "contradicted", { marker: "bare", node: "a" })]],
    ["guest's word", "bare", [found("r1", "contradicted")]],
    ["nothing to judge", "one", [found("r2", "contradicted")]],
    ["nothing to judge", "one", [found("r1", "nothing-to-judge")]],
    ["nothing to judge", "one", [found("r1", "unavailable")]],
    ["nothing to judge", "one", []],
    ["nothing to judge", "one", [found("r2", "confirmed")]],
    ["nothing to judge", "one", [found("r1", "confirmed", { marker: "both", node: "a" })]],
    ["nothing to judge", "one", [found("r1", "confirmed", { marker: "one", node: "b" })]],
    ["nothing to judge", "both", [found("r1", "confirmed"), found("r2", "unavailable")]],
  ])("is %s", (expected, marker, evidence) => {
    expect(standingOf(marker, evidence)).toBe(expected);
  });

  it("that was not printed leaves nothing to judge", () => {
    const { nothingToJudge } = standingsOf(
      [{ marker: "one", node: "a", reachedMs: undefined }],
      [found("r1", "confirmed")],
      MANIFEST,
    );
    expect(nothingToJudge).toBe(1);
  });
});

describe("the project's profiles", () => {
  it.each(profileNames())("%s: no marker is the guest's word alone", (name) => {
    const { profile, manifest } = loadProfile(name);
    const rungs = profile.node.flatMap((node) =>
      node.rung.map(({ marker }) => ({ marker, node: node.name, reachedMs: 1 })),
    );
    const rules = [...new Set(manifest.markers.flatMap(({ evidence }) => evidence))];
    const all = rules.map((rule) => found(rule, "confirmed"));
    const { rungs: _, ...counts } = standingsOf(rungs, all, manifest);
    expect(counts).toEqual({ confirmed: rungs.length, denied: 0, guestsWord: 0, nothingToJudge: 0 });
  });
});
