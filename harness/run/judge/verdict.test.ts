import { describe, expect, it } from "vitest";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import { orderFailures, PRECEDENCE, verdictOf, type FoundFailures } from "./verdict.ts";

const failure = (code: RunFailure["code"], marker?: string): RunFailure => ({
  ...{ code, marker, node: marker === undefined ? undefined : "a", detail: code, atMs: undefined },
});
const order = (found: Partial<FoundFailures>): string[] =>
  orderFailures({ ended: [], unknown: [], ladder: [], evidence: [], ...found }).map(({ code }) => code);

describe("which failure names a run", () => {
  const all: FoundFailures = {
    ended: [failure("crashed")],
    unknown: [failure("setup-failed")],
    ladder: [failure("forbidden", "x")],
    evidence: [failure("contradicted")],
  };

  it.each(PRECEDENCE.map((place, at) => [place, at] as const))("%s comes before what is found later", (_, at) => {
    const found = Object.fromEntries(PRECEDENCE.slice(at).map((place) => [place, all[place]]));
    expect(order(found)).toEqual(["crashed", "setup-failed", "forbidden", "contradicted"].slice(at));
  });

  it.each(["exited", "missing", "hung", "silent"] as const)("%s is explained by a torn console", (code) => {
    const ladder = [failure("forbidden", "x"), failure("torn", "y"), failure("channels-disagree", "z")];
    expect(order({ ended: [failure(code, "w")], ladder })).toEqual(["torn", "channels-disagree", code, "forbidden"]);
  });

  it("what begins as a marker and is none is explained by a console on which two write", () => {
    expect(order({ ended: [failure("unknown-marker")], ladder: [failure("torn", "y")] })).toEqual([
      "torn",
      "unknown-marker",
    ]);
  });

  it("what is no absence is not explained away", () => {
    expect(order({ ended: [failure("crashed")], ladder: [failure("torn")] })).toEqual(["crashed", "torn"]);
  });

  it("a rung that was missed twice is told once", () => {
    const ended = [failure("hung", "x")];
    expect(order({ ended, ladder: [failure("missing", "x")] })).toEqual(["hung"]);
    expect(order({ ended, ladder: [failure("missing", "y")] })).toEqual(["hung", "missing"]);
    expect(order({ ended, ladder: [failure("duplicate", "x")] })).toEqual(["hung", "duplicate"]);
  });

  it("nothing found is no failure", () => expect(order({})).toEqual([]));
});

describe("the verdict", () => {
  const denied = { ...failure("contradicted"), rule: "bulk-content", detail: "1 byte differs" };

  it("is named by the first failure, and by the rule that spoke", () => {
    expect(verdictOf([denied, failure("unconfirmed")])).toMatchObject({
      ...{ passed: false, code: "contradicted", fullCode: "contradicted/bulk-content", detail: "1 byte differs" },
      failures: [{ code: "contradicted" }, { code: "unconfirmed" }],
    });
  });

  it("passes when nothing is left that counts", () => {
    expect(verdictOf([denied], new Set(["contradicted"]))).toMatchObject({
      passed: true,
      code: "passed",
      failures: [],
    });
    expect(verdictOf([denied, failure("unconfirmed")], new Set(["contradicted"])).code).toBe("unconfirmed");
  });
});
