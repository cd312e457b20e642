/**
 * One name, one concept: a name that two files export makes a reader look at the wrong one. Where the same word is right twice (the
 * `poll` of two machines, say), the declaration says why: a line `// Same name as in PATH: REASON` right above it.
 */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

export interface Double {
  readonly name: string;
  readonly paths: readonly string[];
}

/** Every file is formatted: what is exported stands at the beginning of a line. */
const DECLARATION =
  /^(?<before>(?:\/\/ .*\n)*)export (?:abstract |async )*(?:class|interface|type|function\*?|const|let) (?<name>[A-Za-z_$][\w$]*)/gm;
const JUSTIFIED = /^\/\/ Same name as in \S+: \S/m;

/** @returns names that are declared and exported in more than one file, without a justification in all but one of them */
export function findDoubles(sources: readonly SourceText[]): Double[] {
  const places = new Map<string, string[]>();
  for (const { path, text } of sources) {
    for (const name of new Set(exportedDeclarations(text))) places.set(name, [...(places.get(name) ?? []), path]);
  }
  return [...places]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => ({ name, paths: paths.sort() }))
    .sort((left, right) => left.name.localeCompare(right.name));
}

/** Names that a file declares itself and exports, but for those that it justifies. */
function exportedDeclarations(text: string): string[] {
  return [...text.matchAll(DECLARATION)].flatMap(({ groups }) =>
    groups?.["name"] === undefined || JUSTIFIED.test(groups["before"] ?? "") ? [] : [groups["name"]],
  );
}
