/**
 * The rules of the specification and what holds each: tests that name its id, and vectors. A rule is a sentence, or a row of a table,
 * that has an id such as `[H-12]`; who shows it has a comment `Requirement: H-12` (or `Requirements: H-12, H-13`) above the test. A liar
 * of the judge's has it as a field, `requirement: "H-12"`.
 */

export interface RequirementText {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

export type Level = "MUST" | "SHOULD" | "our choice";

export interface Requirement {
  readonly id: string;
  readonly level: Level;
  /** Document and anchor where it stands. */
  readonly document: string;
  readonly anchor: string;
}

export interface Mention {
  readonly id: string;
  readonly path: string;
}

/** An id in brackets; in backticks it is only talked about. */
const DEFINED = /(?<!`)\[(?<id>[A-Z]{1,2}-\d+)\]/g;
const NAMED = /\bRequirements?: (?<ids>[A-Z]{1,2}-\d+(?:, [A-Z]{1,2}-\d+)*)/g;
/** Of a liar, or of a finding that is expected: a test of the judge fails if it doesn't hold that rule. */
const IN_LIARS = /\brequirement: "(?<id>[A-Z]{1,2}-\d+)"/g;
/** Tests of what judges: the observer, the rules of evidence, what a run makes of them, and the keys of earlier runs. */
const JUDGE = /^harness\/(observer|evidence|run\/judge|history)\//;
const IN_VECTORS = /"requirement": "(?<id>[A-Z]{1,2}-\d+)"/g;

/** @returns the rules in the order of the text; an id that is given twice comes twice */
export function rulesIn({ path, text }: RequirementText): Requirement[] {
  const rules: Requirement[] = [];
  let anchor = "";
  for (const block of blocksOf(text)) {
    const heading = /^#+ +(.*)/.exec(block)?.[1];
    if (heading !== undefined) anchor = anchorOf(heading);
    let from = 0;
    for (const match of block.matchAll(DEFINED)) {
      const isRow = block.startsWith("|");
      const sentence = isRow ? block : block.slice(from, match.index);
      from = match.index + match[0].length;
      rules.push({ id: match.groups?.["id"] ?? "", level: levelOf(sentence), document: path, anchor });
    }
  }
  return rules;
}

/** @returns the ids that tests and the like name, each once for each file */
export function mentionsIn({ path, text }: RequirementText): Mention[] {
  const found = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(({ groups }) => groups?.["id"] ?? "");
  const commented = [...text.matchAll(NAMED)].flatMap(({ groups }) => (groups?.["ids"] ?? "").split(", "));
  const ids = path.endsWith(".json") ? found(IN_VECTORS) : [...commented, ...(isOfJudge(path) ? found(IN_LIARS) : [])];
  return [...new Set(ids)].map((id) => ({ id, path }));
}

/** @returns whether a test holds the judge to a rule, and not the stack */
export function isOfJudge(path: string): boolean {
  return JUDGE.test(path);
}

/** @returns what is wrong with the ids: given twice, or named and given nowhere */
export function problemsOf(rules: readonly Requirement[], mentions: readonly Mention[]): string[] {
  const ids = rules.map(({ id }) => id);
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) => `${id} is given twice`);
  const known = new Set(ids);
  const unknown = mentions
    .filter(({ id }) => !known.has(id))
    .map(({ id, path }) => `${path} names ${id}: no such rule`);
  return [...twice, ...unknown];
}

/** A paragraph, a heading, an item of a list or a row of a table each: a rule's sentence lies within one. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let current: string[] = [];
  const end = (): void => {
    if (current.length > 0) blocks.push(current.join(" "));
    current = [];
  };
  let isCode = false;
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isCode = !isCode;
    if (isCode || line.startsWith("```") || line === "") {
      end();
      continue;
    }
    const trimmed = line.trim();
    if (/^(#|\||- |\d+\. )/.test(trimmed)) end();
    current.push(trimmed);
    if (/^[#|]/.test(trimmed)) end();
  }
  end();
  return blocks;
}

function levelOf(sentence: string): Level {
  if (sentence.includes("MUST")) return "MUST";
  if (sentence.includes("SHOULD")) return "SHOULD";
  return /\bour (?:own )?(?:choice|numbers)\b/i.test(sentence) ? "our choice" : "MUST";
}

/** GitHub's anchor of a heading without links. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
