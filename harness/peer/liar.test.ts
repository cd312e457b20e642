/** Every lie against the guest's own stack: what the guest must do it does, and the observer sees who has lied. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MARKERS } from "../../contract/markers.ts";
import { judgeLies } from "./judge-lies.ts";
import { JudgedLoopback } from "./judged-loopback.fixture.ts";
import { LIE_NAMES, LIES } from "./lies/index.ts";

const PATIENCE_MS = 60_000;

let world: JudgedLoopback;

/** @returns what the observer has against anybody, and what the liar must answer for */
function complaints(): readonly unknown[] {
  const { report, told } = world.judged();
  const { others, complaints: ofLiar } = judgeLies(report, told);
  return [...others, ...ofLiar, ...report.unjudged];
}

describe("a peer that dials", () => {
  beforeAll(async () => void (world = await JudgedLoopback.start(false)));
  afterAll(() => world.stop());

  test(
    "an honest session passes, and the observer has nothing against either side",
    { timeout: PATIENCE_MS },
    async () => {
      await world.liar.dialHonestly();
      expect(complaints()).toEqual([]);
    },
  );

  test.each(LIE_NAMES.filter((name) => LIES[name].by === "initiator" && LIES[name].over !== "tcp"))(
    "%s",
    { timeout: PATIENCE_MS },
    async (name) => {
      await world.liar.tell(name);
      expect(complaints()).toEqual([]);
    },
  );

  test("the guest lets an honest peer in after all of them", { timeout: PATIENCE_MS }, async () => {
    await world.liar.dialHonestly();
    expect(complaints()).toEqual([]);
  });
});

describe("a peer that is dialled", () => {
  beforeAll(async () => void (world = await JudgedLoopback.start(true)));
  afterAll(() => world.stop());

  test("an honest one is greeted", { timeout: PATIENCE_MS }, async () => {
    await world.liar.serveHonestly();
    expect(world.console.markers).toContain(MARKERS.muxDataOk);
    expect(complaints()).toEqual([]);
  });

  // In this order: a dial that failed for want of the right device is repeated after 30 s.
  test.each(["control-reply-with-another-digest", "answer-of-small-order", "answer-of-another-device"] as const)(
    "%s",
    { timeout: PATIENCE_MS },
    async (name) => {
      await world.liar.tell(name);
      expect(complaints()).toEqual([]);
    },
  );
});
