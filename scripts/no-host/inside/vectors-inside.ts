/** The vectors of fixtures/vectors, with the core's own primitives. */
import { checkVector } from "../../../guest/programs/vectors/check-vector.ts";
import { parseVectorFile } from "../../../guest/programs/vectors/vector-file.ts";
import { nobleCrypto, PROTOCOL_NAME } from "../../../guest/core/index.ts";
import { type CheckedVector, checkTexts } from "../../vectors/checker/check-texts.ts";

/** In the public JSON shape, unlike the others. */
const NOISE = "noise-xk";

/** @param texts of the files, by name without ending @returns one result for each vector and direction */
export async function checkVectorTexts(texts: Readonly<Record<string, string>>): Promise<CheckedVector[]> {
  const { [NOISE]: noise = "[]", ...others } = texts;
  const results = await checkTexts(new Map(Object.entries(others)), [nobleCrypto]);
  for (const vector of parseVectorFile(NOISE, noise, PROTOCOL_NAME)) {
    results.push({ file: NOISE, name: vector.place, direction: "encode", problem: checkVector(nobleCrypto, vector) });
  }
  return results;
}
