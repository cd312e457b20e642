/**
 * Every file of fixtures/vectors that is made here: it is what its maker makes, the core makes and reads what it says, and gives its
 * verdicts, with both implementations of the primitives.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nobleCrypto } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { type CheckedVector, checkTexts } from "./checker/check-texts.ts";
import { makeAll } from "./maker/make-all.ts";
import { textOfFile } from "./maker/vector-file.ts";

/** @param folder fixtures/vectors @returns one result for each vector and direction */
export async function checkFiles(folder: string): Promise<CheckedVector[]> {
  const made = makeAll();
  const texts = new Map(made.map(({ name }) => [name, readOrNothing(join(folder, `${name}.json`))]));
  const results: CheckedVector[] = made.map((file) => {
    const problem = texts.get(file.name) === textOfFile(file) ? undefined : "differs: npm run -s vectors -- --write";
    return { file: file.name, name: "the file", direction: "made", problem };
  });
  // What is checked is what others read: the committed text, not what it was made from.
  return [...results, ...(await checkTexts(texts, [nativeCrypto, nobleCrypto]))];
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
