import { expect, test } from "vitest";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { loadProfile } from "../../profiles/load.ts";
import { checkEvidence } from "./evidence-check.ts";

const { manifest } = loadProfile("cross-vm");
const rung = (node: string) =>
  ({ marker: "listener-up", node, reachedMs: 5 }) as Parameters<typeof checkEvidence>[1][number];
const spoke = (node?: string): EvidenceFinding => ({
  ...{ rule: "listener-answers", marker: "listener-up", finding: "confirmed", saw: "a port" },
  ...(node === undefined ? {} : { node }),
});

test("what a rule said of one machine's marker confirms no other machine's", () => {
  const [rule] = manifest.get("listener-up")?.evidence ?? [];
  expect(rule).toBe("listener-answers");
  expect(checkEvidence([spoke("a"), spoke("b")], [rung("a"), rung("b")], [], manifest)).toEqual([]);
  expect(checkEvidence([spoke()], [rung("a"), rung("b")], [], manifest)).toEqual([]);
  expect(checkEvidence([spoke("a")], [rung("a"), rung("b")], [], manifest)).toMatchObject([
    { code: "unconfirmed", rule: "listener-answers", marker: "listener-up" },
  ]);
});
