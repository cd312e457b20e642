import { expect, test } from "vitest";
import type { DecisionRecord } from "./decision.ts";
import type { FrameInfo } from "./frame-info.ts";
import type { LinkSpec } from "./link-spec.ts";
import { makeLink } from "./made-link.ts";

const SPEC: LinkSpec = {
  delayMs: 5,
  rateMbps: 1,
  queueBytes: 3_000,
  faults: [{ kind: "drop", chance: 0.3 }],
};
const FRAME: FrameInfo = {
  ...{ flow: "a>b/udp/1", protocol: "udp", sourcePort: 1, destinationPort: 1 },
  ...{ lengthBytes: 1_000, payloadBytes: 972, packetType: undefined },
};

function records(): DecisionRecord[] {
  const told: DecisionRecord[] = [];
  const link = makeLink(SPEC, 7, "a>b", { onDecision: (record) => told.push(record) });
  for (let index = 0; index < 60; index++) link.decide(FRAME, index * 2);
  return told;
}

test("the seed's decisions are told, those of faults and of the queue", () => {
  const reasons = new Set(records().map(({ reason }) => reason));
  expect(reasons).toEqual(new Set([undefined, "drop", "queue-full"]));
});

test("with a log only what is logged is lost", () => {
  const [dropped] = records().filter(({ reason }) => reason === "drop");
  const link = makeLink(SPEC, 7, "a>b", { replay: dropped === undefined ? [] : [dropped] });
  const lost = Array.from({ length: 60 }, (_, index) => link.decide(FRAME, index * 2).deliveries.length).flatMap(
    (deliveries, index) => (deliveries === 0 ? [index] : []),
  );
  expect(lost).toEqual([dropped?.index]);
});
