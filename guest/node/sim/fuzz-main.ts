/** `npm run -s fuzz -- --seconds 60 [--seed N]`: strangers and malicious peers against live endpoints. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fuzzPeerSession } from "../../sim/fuzz/peer-fuzz.ts";
import { StrangerFuzz } from "../../sim/fuzz/stranger-fuzz.ts";
import { nativeCrypto } from "../crypto/native.ts";
import type { Finding } from "../../sim/fuzz/finding.ts";

const CORPUS = join("fixtures", "corpus");
const STRANGER_STEPS_PER_TURN = 200;
const PEER_SESSIONS_PER_TURN = 20;
/** A fresh pair of endpoints now and then: other keys, other recordings. */
const TURNS_PER_PAIR = 100;
const MAX_FINDINGS = 20;

process.exitCode = main(process.argv.slice(2));

function main(args: readonly string[]): number {
  let seconds: number;
  let seed: number;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { seconds: { type: "string" }, seed: { type: "string" } },
    });
    seconds = Number(values.seconds ?? 60);
    seed = Number(values.seed ?? 1);
    if (!(seconds > 0) || !Number.isSafeInteger(seed)) throw new RangeError("--seconds above 0, --seed a whole number");
  } catch (error) {
    process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  return fuzz(seconds, seed);
}

function fuzz(seconds: number, seed: number): number {
  const outcomes = new Map<string, number>();
  const findings: Finding[] = [];
  const endMs = performance.now() + seconds * 1000;
  const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  let executions = 0;
  let strangers = new StrangerFuzz(seed, nativeCrypto);
  for (let turn = 0; performance.now() < endMs && findings.length < MAX_FINDINGS; turn++) {
    if (turn % TURNS_PER_PAIR === TURNS_PER_PAIR - 1) strangers = new StrangerFuzz(seed + turn, nativeCrypto);
    for (let i = 0; i < STRANGER_STEPS_PER_TURN; i++) {
      const result = strangers.step();
      executions += 1;
      if (typeof result === "string") count(`stranger: ${result}`);
      else findings.push(result);
    }
    for (let i = 0; i < PEER_SESSIONS_PER_TURN; i++) {
      const result = fuzzPeerSession(seed * 1_000_003 + turn * PEER_SESSIONS_PER_TURN + i, nativeCrypto);
      if ("kind" in result) findings.push(result);
      else {
        executions += result.packets;
        count(`peer: ${result.outcome}`);
      }
    }
  }
  report(executions, outcomes, findings);
  return findings.length === 0 ? 0 : 1;
}

function report(executions: number, outcomes: ReadonlyMap<string, number>, findings: readonly Finding[]): void {
  for (const [outcome, count] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    process.stdout.write(`${String(count).padStart(10)}  ${outcome}\n`);
  }
  if (findings.length > 0) mkdirSync(CORPUS, { recursive: true });
  for (const [i, finding] of findings.entries()) {
    const path = join(CORPUS, `finding-${Date.now()}-${i}.json`);
    writeFileSync(path, `${JSON.stringify(finding, null, 2)}\n`);
    process.stdout.write(`finding: ${finding.kind}: ${finding.problem.split("\n")[0] ?? ""}  (${path})\n`);
  }
  process.stdout.write(`${executions} executions, ${outcomes.size} distinct outcomes, ${findings.length} findings\n`);
}
