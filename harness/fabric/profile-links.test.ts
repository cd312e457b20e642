import { expect, test } from "vitest";
import { checkLinkSpec } from "../../contract/impairment/index.ts";
import { networkSchema } from "../profiles/network-schema.ts";
import { placeName } from "../markers/ladder-spec.ts";
import { linkRulesOf } from "./profile-links.ts";

function rules(link: unknown): ReturnType<typeof linkRulesOf> {
  const network = networkSchema.parse({ kind: "fabric", link });
  const made = linkRulesOf(network.kind === "fabric" ? network.link : []);
  for (const { spec } of made) checkLinkSpec(spec);
  return made;
}

test("every kind of fault has its place in the model", () => {
  const match = { protocol: "udp", port: 37_021, minBytes: 10, maxBytes: 2_000, packetType: "data" };
  const faults = [
    { kind: "drop", probability: 0.1, match },
    { kind: "drop", probability: 0.02, burst: 3, nth: [0, 7] },
    { kind: "duplicate", probability: 0.2 },
    { kind: "reorder", probability: 0.3, delay: "20ms" },
    { kind: "corrupt", probability: 0.4 },
    { kind: "delay", delay: "15ms", jitter: "5ms" },
    { kind: "delay", delay: "1s" },
    { kind: "rate", mbps: 2, queueBytes: 30_000 },
    { kind: "size-limit", maxBytes: 1_100 },
  ];
  expect(rules([{ from: "a", to: "b", faults }])).toEqual([
    {
      from: "a",
      to: "b",
      spec: {
        ...{ delayMs: 1_015, jitterMs: 5, rateMbps: 2, queueBytes: 30_000 },
        faults: [
          {
            kind: "drop",
            chance: 0.1,
            match: { protocol: "udp", ports: [37_021], minBytes: 10, maxBytes: 2_000, packetTypes: ["data"] },
          },
          { kind: "drop-nth", indexes: [0, 7] },
          { kind: "drop-burst", chance: 0.02, length: 3 },
          { kind: "duplicate", chance: 0.2 },
          { kind: "reorder", chance: 0.3, laterMs: 20 },
          { kind: "corrupt", chance: 0.4 },
          { kind: "size-limit", maxBytes: 1_100 },
        ],
      },
    },
  ]);
});

test("a drop without probability or index loses everything that matches", () => {
  const [rule] = rules([{ from: "a", to: "b", faults: [{ kind: "drop", match: { protocol: "udp" } }] }]);
  expect(rule?.spec).toEqual({ faults: [{ kind: "blackhole", match: { protocol: "udp" } }] });
});

test("both ways, and two links of one pair, are one link per direction", () => {
  const drop = { kind: "drop", probability: 0.5 };
  const made = rules([
    { from: "a", to: "b", bothWays: true, faults: [drop] },
    { from: "b", to: "a", faults: [{ kind: "delay", delay: "1ms" }] },
  ]);
  expect(made).toEqual([
    { from: "a", to: "b", spec: { faults: [{ kind: "drop", chance: 0.5 }] } },
    { from: "b", to: "a", spec: { delayMs: 1, faults: [{ kind: "drop", chance: 0.5 }] } },
  ]);
});

test("a blackhole counts from the start or from a marker", () => {
  const after = { node: "b", marker: "session-ok", delay: "2s" };
  const faults = [
    { kind: "blackhole", start: "3s", length: "500ms" },
    { kind: "blackhole", after, length: "2s" },
  ];
  expect(rules([{ from: "a", to: "b", faults }])[0]?.spec.faults).toEqual([
    { kind: "blackhole", during: { fromMs: 3_000, untilMs: 3_500 } },
    {
      kind: "blackhole",
      during: { trigger: placeName({ node: "b", marker: "session-ok" }), fromMs: 2_000, untilMs: 4_000 },
    },
  ]);
});
