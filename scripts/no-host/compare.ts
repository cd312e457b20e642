/** The same questions to the engine without a host and to Node. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { settle } from "../../guest/programs/sim/settle.ts";
import type { CheckedVector } from "../vectors/checker/check-texts.ts";
import type { Engine } from "./engine.ts";
import { runSeed, type SeedOutcome } from "./inside/seed-inside.ts";
import { checkVectorTexts } from "./inside/vectors-inside.ts";

export interface Comparison {
  readonly passed: number;
  /** One line each. */
  readonly problems: readonly string[];
}

/** Configurations of daemons lie beside the vectors. */
const VECTORS = /^(?!daemon-).*\.json$/;

/** @param folder fixtures/vectors */
export async function compareVectors(engine: Engine, folder: string): Promise<Comparison> {
  const files = readdirSync(folder).filter((file) => VECTORS.test(file));
  const texts = Object.fromEntries(
    files.map((file) => [file.replace(".json", ""), readFileSync(join(folder, file), "utf8")]),
  );
  const inNode = await checkVectorTexts(texts);
  const inEngine = engine.ask({ kind: "vectors", texts }) as readonly CheckedVector[];
  const problems = inNode.flatMap((expected, index) => {
    const found = inEngine[index];
    const name = `${expected.file}.json: ${expected.name}: ${expected.direction}`;
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return [`${name}: ${told(found)}, and under Node ${told(expected)}`];
    return expected.problem === undefined ? [] : [`${name}: ${expected.problem}`];
  });
  if (inEngine.length !== inNode.length) problems.push(`${inEngine.length} vectors, and under Node ${inNode.length}`);
  return { passed: inNode.length - Math.min(inNode.length, problems.length), problems };
}

function told(result: CheckedVector | undefined): string {
  return result === undefined ? "nothing" : (result.problem ?? "as it must be");
}

/** Node has its own primitives: what they make must be the same too. */
export async function compareSeed(engine: Engine, scenario: string, seed: number): Promise<Comparison> {
  const inNode = await runSeed(scenario, seed, nativeCrypto, settle);
  const inEngine = engine.ask({ kind: "seed", scenario, seed }) as SeedOutcome;
  const name = `${scenario}, seed ${seed}`;
  const problems: string[] = [];
  if (inEngine.failure !== undefined) problems.push(`${name}: ${inEngine.failure}`);
  else if (JSON.stringify(inEngine) !== JSON.stringify(inNode))
    problems.push(`${name}: ${JSON.stringify(inEngine)}, and under Node ${JSON.stringify(inNode)}`);
  return { passed: problems.length === 0 ? 1 : 0, problems };
}
