import { describe, expect as plainExpect, it } from "vitest";
import type { LabResult } from "./live/lab-result.ts";
import { expect } from "./vitest.ts";

const RUN: LabResult = {
  ...{ passed: true, code: "passed", detail: "all is well", failures: [], markers: [], seed: "7" },
  ...{ artifactsFolder: "/runs/x", again: "UDPSEC_SEED=7 npx vitest" },
  evidence: [
    { rule: "no-fragments", marker: undefined, finding: "confirmed", saw: "12 frames" },
    { rule: "no-tcp-payload", marker: undefined, finding: "confirmed", saw: "nothing" },
    { rule: "no-tcp-payload", marker: undefined, finding: "contradicted", saw: "7 bytes" },
    { rule: "observer", marker: undefined, finding: "unavailable", saw: "no capture" },
  ],
  consoles: new Map([["a", ["up", "listener up 4001"]]]),
};
const FAILED: LabResult = { ...RUN, passed: false, code: "crashed", detail: "kernel panic: so" };

/** @returns why a matcher fails */
function whyOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return plainExpect.unreachable("it passed");
}

describe("of a lab's run", () => {
  it("it is asked whether it passed, and a failure says how to go on", () => {
    expect(RUN).toPass();
    expect(FAILED).not.toPass();
    plainExpect(whyOf(() => expect(FAILED).toPass())).toBe(
      "crashed: kernel panic: so\nartifacts: /runs/x\nexplain:   ./scripts/udpsec explain crashed\nagain:     UDPSEC_SEED=7 npx vitest",
    );
  });

  it("a rule confirmed it where it spoke for it, and nowhere against it", () => {
    expect(RUN).toConfirm("no-fragments");
    for (const rule of ["no-tcp-payload", "observer", "cwnd-reacted"]) expect(RUN).not.toConfirm(rule);
    plainExpect(whyOf(() => expect(RUN).toConfirm("no-tcp-payload"))).toContain("contradicted: 7 bytes");
    plainExpect(whyOf(() => expect(RUN).toConfirm("cwnd-reacted"))).toContain(
      "nothing: what it looks at was not there",
    );
    plainExpect(whyOf(() => expect(RUN).not.toConfirm("no-fragment"))).toBe(
      "there is no rule of evidence no-fragment; did you mean no-fragments?",
    );
  });

  it("a console has a line or has none", () => {
    expect(RUN).toHavePrinted("a", "listener up <port:port>");
    expect(RUN).toHavePrinted("a", /^up$/);
    expect(RUN).not.toHavePrinted("a", "down");
    plainExpect(whyOf(() => expect(RUN).toHavePrinted("a", "down"))).toMatch(/a never printed "down".*\nup\n/);
    plainExpect(whyOf(() => expect(RUN).toHavePrinted("b", "up"))).toContain("no node b");
  });

  it("all else can be asked as of anything", () => {
    expect(RUN).toMatchObject({ seed: "7" });
    expect([1]).toEqual([1]);
  });
});
