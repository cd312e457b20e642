import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { checkSimValues } from "./sim-arguments.ts";
import { isWorthSpreading, spreadSeeds } from "./seed-workers.ts";

const folder = mkdtempSync(join(tmpdir(), "seed-workers-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** In place of the scenarios: earlier stretches take longer, so that the later ones are through before them. */
function programThat(name: string, act: string): URL {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { parentPort, threadId } from "node:worker_threads";
parentPort.on("message", ({ index, firstSeed, lastSeed }) => {
  const results = [];
  for (let seed = firstSeed; seed <= lastSeed; seed += 1)
    results.push({ seed, virtualMs: index, realMs: threadId, traceHash: "", failure: undefined });
  ${act}
});
`,
  );
  return pathToFileURL(path);
}

const VALUES = { scenario: "all", seeds: "1..20" } as const;
const ARGS = checkSimValues(VALUES);

test("each scenario gets the results of its seeds in their order, whoever was first, each once, and of several threads", async () => {
  const program = programThat("late", "setTimeout(() => parentPort.postMessage(results), firstSeed === 1 ? 40 : 0);");
  const spread = await Promise.all(spreadSeeds(program, VALUES, ARGS));
  const seeds = Array.from({ length: 20 }, (_, before) => before + 1);
  expect(spread.map((results) => results.map(({ seed }) => seed))).toEqual(ARGS.scenarios.map(() => seeds));
  expect(spread.map((results) => new Set(results.map(({ virtualMs }) => virtualMs)))).toEqual(
    ARGS.scenarios.map((_, index) => new Set([index])),
  );
  const threads = new Set(spread.flat().map(({ realMs }) => realMs));
  expect(threads.size).toBeGreaterThanOrEqual(Math.min(2, availableParallelism()));
});

test("a thread that breaks is told, and nobody waits for what it had to do", async () => {
  const program = programThat("broken", 'throw new RangeError("a bug of the world");');
  const spread = await Promise.allSettled(spreadSeeds(program, VALUES, ARGS));
  expect(spread.every(({ status }) => status === "rejected")).toBe(true);
});

test("a thread that breaks ends with all others, and what of them nobody has asked for yet is no second error", async () => {
  const program = programThat("first-broken", 'if (index === 0) throw new RangeError("a bug of the world");');
  const ends: string[] = [];
  const unhandled = (): void => void ends.push("unhandled");
  process.on("unhandledRejection", unhandled);
  const [first] = spreadSeeds(program, VALUES, ARGS, () => ends.push("a thread"));
  await expect(first).rejects.toThrow("a bug of the world");
  await vi.waitFor(() => expect(ends).toHaveLength(availableParallelism()), 10_000);
  process.off("unhandledRejection", unhandled);
  expect(new Set(ends)).toEqual(new Set(["a thread"]));
});

test("a few runs, or one that is traced, are not worth a thread", () => {
  expect(isWorthSpreading(checkSimValues({ scenario: "transfer" }))).toBe(false);
  expect(isWorthSpreading(checkSimValues({ scenario: "transfer", seed: "3" }))).toBe(false);
});
