/** Readers that don't read. */
import { symmetricPath } from "../plan/scenario.ts";
import type { Scenario } from "../plan/scenario.ts";

const KIB = 1024;

export const flowControlScenarios: readonly Scenario[] = [
  {
    name: "zero-window",
    proves: "a reader that stops for 40 s: the credit runs out, memory stays bounded, the transfer goes on after",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 1536 * KIB }] },
      { name: "b", accepts: { sendBytes: 0, reading: { kind: "pauses", fromMs: 100, untilMs: 40_100 } } },
    ],
    path: symmetricPath({ delayMs: 15, rateMbps: 20, faults: [{ kind: "drop", chance: 0.02 }] }),
    maxVirtualMs: 120_000,
    expect: readNothingMoreBefore(40_100),
  },
  {
    name: "slow-reader",
    proves: "a reader of 50 kB/s paces the sender by credit alone",
    nodes: [
      { name: "a", dials: [{ to: "b", sendBytes: 512 * KIB }] },
      {
        name: "b",
        accepts: { sendBytes: 0, reading: { kind: "slow", bytesPerSecond: 50_000 } },
        parameters: { windowBytes: 16 * KIB },
      },
    ],
    path: symmetricPath({ delayMs: 15, faults: [{ kind: "drop", chance: 0.02 }] }),
    maxVirtualMs: 60_000,
    expect: readNothingMoreBefore((512 * KIB * 1000) / 50_000 - 100),
  },
];

/** The reader was what held the transfer up: its last byte came no sooner. */
function readNothingMoreBefore(sinceEstablishedMs: number): NonNullable<Scenario["expect"]> {
  return ({ sides }) => {
    const reader = sides.find(({ role }) => role === "responder");
    const tookMs = (reader?.lastDeliveryMs ?? 0) - (reader?.establishedMs ?? 0);
    return tookMs >= sinceEstablishedMs ? undefined : `all was read after ${tookMs.toFixed(0)} ms`;
  };
}
