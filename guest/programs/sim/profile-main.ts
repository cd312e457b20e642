/**
 * One profile in virtual time, behind `udpsec test --world sim`: a plan in JSON on stdin (nodes, path, limit, seed), every marker as
 * a line of JSON on stdout, and last what became of it; meanwhile a line a second, so that who asked knows that it gets on. Judged by who
 * asked.
 */
import { text } from "node:stream/consumers";
import { EventKind } from "../../../contract/events.ts";
import { CheckViolation } from "../../sim/checkers/violation.ts";
import { BusWorld } from "../../sim/world/bus-world.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { settle } from "./settle.ts";
import type { BusScenario } from "../../sim/plan/bus-scenario.ts";

interface Plan extends Omit<BusScenario, "expect"> {
  readonly seed: number;
}

const BEAT_MS = 1_000;

const { seed, ...scenario } = JSON.parse(await text(process.stdin)) as Plan;
const world = new BusWorld({ ...scenario, expect: () => undefined }, { seed, crypto: nativeCrypto, settle });
const beat = setInterval(() => tell({ beatMs: world.queue.nowMs }), BEAT_MS);
const failure = await failureOf();
clearInterval(beat);
const { records, virtualMs, traceHash } = world.outcome();
for (const { atMs, node, kind, text: line } of records) if (kind === "marker") tell({ atMs, node, text: line });
tell({ failure, virtualMs, traceHash });

/** @returns what a checker found, or which probe failed; null: all is well */
async function failureOf(): Promise<string | null> {
  try {
    const { selftests } = await world.run();
    for (const [node, hasPassed] of selftests) if (!hasPassed) return failedProbe(node);
    return null;
  } catch (error) {
    if (error instanceof CheckViolation) return error.message;
    throw error;
  }
}

/** The probe, what it expected, and its code. */
function failedProbe(node: string): string {
  const failed = world
    .outcome()
    .records.find((record) => record.node === node && record.text === EventKind.PROBE_FAILED);
  const { probe, message, code } = failed?.data ?? {};
  return `${node}: probe ${String(probe)}: ${String(message)} (${String(code)})`;
}

function tell(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
