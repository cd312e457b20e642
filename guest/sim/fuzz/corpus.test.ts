import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fromHex } from "../../core/index.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { fuzzSession, SEEDED_KINDS } from "./fuzz-session.ts";
import { StrangerFuzz } from "./stranger-fuzz.ts";
import type { FuzzFinding, SeededKind } from "./finding.ts";

const CORPUS = join(import.meta.dirname, "../../../fixtures/corpus");

/** A seed for each end that a session can come to: kept by `npm run -s fuzz -- --grow`. */
interface Grown {
  readonly kind: SeededKind;
  readonly seed: number;
  readonly outcome: string;
}

function replay(finding: FuzzFinding): unknown {
  if (finding.kind !== "stranger") return fuzzSession(finding.kind, finding.seed, nativeCrypto);
  return new StrangerFuzz(1, nativeCrypto).inject(
    fromHex(finding.hex) ?? new Uint8Array(0),
    finding.target,
    finding.from,
  );
}

it("finds nothing in what was once found", () => {
  for (const name of readdirSync(CORPUS).filter((file) => file.startsWith("finding-"))) {
    const finding = JSON.parse(readFileSync(join(CORPUS, name), "utf8")) as FuzzFinding;
    expect(replay(finding), name).not.toHaveProperty("problem");
  }
});

const OUTCOMES = JSON.parse(readFileSync(join(CORPUS, "outcomes.json"), "utf8")) as readonly Grown[];

it.each(OUTCOMES)("finds nothing on the way to $kind: $outcome (seed $seed)", ({ kind, seed }) => {
  expect(fuzzSession(kind, seed, nativeCrypto)).not.toHaveProperty("problem");
});

it("finds nothing in 2,000 datagrams of strangers, which meet many different ends", () => {
  const fuzz = new StrangerFuzz(7, nativeCrypto);
  expect(fuzz.recordedDatagrams).toBeGreaterThan(30);
  const outcomes = new Set<string>();
  for (let i = 0; i < 2_000; i++) {
    const result = fuzz.step();
    expect(result).toBeTypeOf("string");
    if (typeof result === "string") outcomes.add(result);
  }
  expect(outcomes.size).toBeGreaterThan(30);
});

it("notices an answer: a whole first message to a listener is not among those it may leave unanswered", () => {
  const fuzz = new StrangerFuzz(7, nativeCrypto);
  const results = Array.from({ length: 2_000 }, () => fuzz.step());
  expect(results).toContain("replay legitimate repeat, 1 answers");
});

it.each(SEEDED_KINDS)("finds nothing in 60 sessions of kind %s, which meet different ends", (kind) => {
  const outcomes = new Set<string>();
  for (let seed = 0; seed < 60; seed++) {
    const result = fuzzSession(kind, seed, nativeCrypto);
    expect(result).not.toHaveProperty("problem");
    if ("outcome" in result) outcomes.add(result.outcome);
  }
  expect(outcomes.size).toBeGreaterThan(3);
});
