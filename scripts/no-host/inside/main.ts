/** What runs in the engine that has nothing. It is asked and answers by text, and leaves two functions in the engine's global object. */
import { nobleCrypto } from "../../../guest/core/index.ts";
import { runSeed } from "./seed-inside.ts";
import { checkVectorTexts } from "./vectors-inside.ts";

export type Question =
  | { readonly kind: "vectors"; readonly texts: Readonly<Record<string, string>> }
  | { readonly kind: "seed"; readonly scenario: string; readonly seed: number };

/** Those that wait until all promises have gone on. */
let settling: (() => void)[] = [];

async function answer(question: string): Promise<string> {
  const asked = JSON.parse(question) as Question;
  if (asked.kind === "vectors") return JSON.stringify(await checkVectorTexts(asked.texts));
  const settle = (): Promise<void> => new Promise((resolve) => settling.push(resolve));
  return JSON.stringify(await runSeed(asked.scenario, asked.seed, nobleCrypto, settle));
}

/** The engine has no promise left that can go on. @returns whether somebody waited for that */
function settled(): boolean {
  const waiting = settling;
  settling = [];
  for (const resolve of waiting) resolve();
  return waiting.length > 0;
}

Object.assign(globalThis, { answer, settled });
