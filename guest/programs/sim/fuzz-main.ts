/** `npm run -s fuzz -- --seconds 60 [--seed N] [--grow]`: strangers and malicious peers against live endpoints and sessions. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fuzzSession, SEEDED_KINDS } from "../../sim/fuzz/fuzz-session.ts";
import { StrangerFuzz } from "../../sim/fuzz/stranger-fuzz.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { readOptions, runDeveloperTool, ToolUsageError } from "../developer-tool.ts";
import type { FuzzFinding, SeededKind } from "../../sim/fuzz/finding.ts";

const CORPUS = join("fixtures", "corpus");
const OUTCOMES = join(CORPUS, "outcomes.json");
const STRANGER_STEPS_PER_TURN = 200;
const SESSIONS_PER_TURN: Readonly<Record<SeededKind, number>> = { peer: 20, mux: 5, "tcp-peer": 4, "tcp-stranger": 4 };
/** A fresh pair of endpoints now and then: other keys, other recordings. */
const TURNS_PER_PAIR = 50;
const MAX_FINDINGS = 20;

const HELP = `usage: npm run -s fuzz -- [--seconds N] [--seed N] [--grow]

Strangers and malicious peers against live endpoints and sessions. What is found is written to ${CORPUS}.

  --seconds N  how long (default 60)
  --seed N     where the draws begin (default 1)
  --grow       adds a seed to the corpus for each new way in which a session ends

Exit status: 0 nothing found, 1 something found, 2 usage.
`;

/** A seed for each end that a session can come to. */
interface Grown {
  readonly kind: SeededKind;
  readonly outcome: string;
  readonly seed: number;
}

interface Tally {
  executions: number;
  readonly outcomes: Map<string, number>;
  readonly findings: FuzzFinding[];
  readonly grown: Grown[];
}

const OPTIONS = {
  seconds: { type: "string", default: "60" },
  seed: { type: "string", default: "1" },
  grow: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

await runDeveloperTool("fuzz", main);

function main(args: string[]): number {
  const { values } = readOptions({ args, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (!(seconds > 0) || !Number.isSafeInteger(seed))
    throw new ToolUsageError("--seconds above 0, --seed a whole number");
  const tally = fuzz(seconds, seed);
  report(tally);
  if (values.grow) grow(tally.grown);
  return tally.findings.length === 0 ? 0 : 1;
}

function fuzz(seconds: number, seed: number): Tally {
  const tally: Tally = { executions: 0, outcomes: new Map(), findings: [], grown: [] };
  const endMs = performance.now() + seconds * 1000;
  let strangers = new StrangerFuzz(seed, nativeCrypto);
  for (let turn = 0; performance.now() < endMs && tally.findings.length < MAX_FINDINGS; turn++) {
    if (turn % TURNS_PER_PAIR === TURNS_PER_PAIR - 1) strangers = new StrangerFuzz(seed + turn, nativeCrypto);
    for (let i = 0; i < STRANGER_STEPS_PER_TURN; i++) {
      const result = strangers.step();
      tally.executions += 1;
      if (typeof result === "string") count(tally, `stranger: ${result}`);
      else tally.findings.push(result);
    }
    for (const kind of SEEDED_KINDS) playTurn(kind, seed * 1_000_003, turn, tally);
  }
  return tally;
}

function playTurn(kind: SeededKind, firstSeed: number, turn: number, tally: Tally): void {
  for (let i = 0; i < SESSIONS_PER_TURN[kind]; i++) {
    const seed = firstSeed + turn * SESSIONS_PER_TURN[kind] + i;
    const result = fuzzSession(kind, seed, nativeCrypto);
    if ("kind" in result) {
      tally.findings.push(result);
      continue;
    }
    tally.executions += result.executions;
    if (count(tally, `${kind}: ${result.outcome}`)) tally.grown.push({ kind, outcome: result.outcome, seed });
  }
}

/** @returns whether it is new */
function count({ outcomes }: Tally, outcome: string): boolean {
  const seen = outcomes.get(outcome) ?? 0;
  outcomes.set(outcome, seen + 1);
  return seen === 0;
}

function report({ executions, outcomes, findings }: Tally): void {
  for (const [outcome, seen] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    process.stdout.write(`${String(seen).padStart(10)}  ${outcome}\n`);
  }
  for (const [i, finding] of findings.entries()) {
    const path = join(CORPUS, `finding-${Date.now()}-${i}.json`);
    // The seed shows the stack trace again; in the file it would only name the folders of one machine.
    const [problem = ""] = finding.problem.split("\n");
    writeFileSync(path, `${JSON.stringify({ ...finding, problem }, null, 2)}\n`);
    process.stdout.write(`finding: ${finding.kind}: ${finding.problem}  (${path})\n`);
  }
  process.stdout.write(`${executions} executions, ${outcomes.size} distinct outcomes, ${findings.length} findings\n`);
}

/** What the corpus knows already stays as it is. */
function grow(found: readonly Grown[]): void {
  const known = JSON.parse(readFileSync(OUTCOMES, "utf8")) as Grown[];
  const isNew = (one: Grown): boolean =>
    !known.some(({ kind, outcome }) => kind === one.kind && outcome === one.outcome);
  const fresh = found.filter(isNew);
  const all = [...known, ...fresh].sort((a, b) => (`${a.kind} ${a.outcome}` < `${b.kind} ${b.outcome}` ? -1 : 1));
  const lines = all.map(
    ({ kind, outcome, seed }) => `  { "kind": "${kind}", "outcome": "${outcome}", "seed": ${seed} }`,
  );
  writeFileSync(OUTCOMES, `[\n${lines.join(",\n")}\n]\n`);
  process.stdout.write(`${fresh.length} outcomes added to ${OUTCOMES}\n`);
}
