/** The `vectors` command: checks Noise test vectors in files of the public JSON shape. */
import { readFileSync } from "node:fs";
import { nobleCrypto, PROTOCOL_NAME } from "../../core/index.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { findSodium } from "../../node/crypto/sodium.ts";
import { checkVector } from "./check-vector.ts";
import { type NoiseVector, parseVectorFile, VectorFileError } from "./vector-file.ts";

export interface VectorsOutput {
  readonly out: (line: string) => void;
  readonly error: (line: string) => void;
}

const USAGE = `usage: npm run -s vectors -- FILE...
Checks the ${PROTOCOL_NAME} vectors of each JSON file, in both roles and with both crypto implementations.
Vectors of other protocols are passed over. Exit: 0 all passed, 1 one failed, 2 usage or an unreadable file.`;

/** @returns the exit code */
export function runVectors(args: readonly string[], { out, error }: VectorsOutput): 0 | 1 | 2 {
  if (args.includes("--help") || args.includes("-h")) {
    out(USAGE);
    return 0;
  }
  const option = args.find((argument) => argument.startsWith("-"));
  if (args.length === 0 || option !== undefined) {
    error(option === undefined ? "vectors: no file given" : `vectors: unknown option ${option}`);
    error(USAGE);
    return 2;
  }
  let passed = 0;
  let failed = 0;
  let unreadable = 0;
  for (const file of args) {
    const vectors = readVectors(file, error);
    if (vectors === undefined) unreadable += 1;
    for (const vector of vectors ?? []) {
      const problem = checkWithEach(vector);
      if (problem === undefined) {
        passed += 1;
      } else {
        failed += 1;
        out(`FAILED ${vector.place}: ${problem}`);
      }
    }
  }
  out(`${passed} passed, ${failed} failed, 0 skipped`);
  if (unreadable > 0) return 2;
  return failed > 0 ? 1 : 0;
}

function readVectors(file: string, error: (line: string) => void): NoiseVector[] | undefined {
  try {
    return parseVectorFile(file, readFileSync(file, "utf8"), PROTOCOL_NAME);
  } catch (problem) {
    if (problem instanceof VectorFileError) {
      error(`vectors: ${problem.message}`);
    } else {
      error(`vectors: ${file}: cannot be read: ${problem instanceof Error ? problem.message : String(problem)}`);
    }
    return undefined;
  }
}

/** libsodium where it is installed. */
const PRIMITIVES = [nativeCrypto, nobleCrypto, findSodium() ?? []].flat();

function checkWithEach(vector: NoiseVector): string | undefined {
  for (const crypto of PRIMITIVES) {
    const problem = checkVector(crypto, vector);
    if (problem !== undefined) return `${problem} (with ${crypto.name} crypto)`;
  }
  return undefined;
}
