/** What Stryker found, in lines for people: the mutation testing report schema, as far as it is read here. */
export interface MutationReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

interface Mutant {
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

const DETECTED: ReadonlySet<string> = new Set(["Killed", "Timeout"]);
const UNDETECTED: ReadonlySet<string> = new Set(["Survived", "NoCoverage"]);
const SHOWN_LENGTH = 60;

export interface MutationScore {
  /** One for each survivor. */
  readonly lines: readonly string[];
  /** How many were tried. */
  readonly mutants: number;
  /** The share of them that was noticed; 0 if there were none. */
  readonly percent: number;
}

export function judgeMutants(report: MutationReport): MutationScore {
  const lines: string[] = [];
  let detected = 0;
  let undetected = 0;
  for (const [file, { source, mutants }] of Object.entries(report.files)) {
    for (const mutant of mutants) {
      if (DETECTED.has(mutant.status)) detected += 1;
      if (!UNDETECTED.has(mutant.status)) continue;
      undetected += 1;
      const { line, column } = mutant.location.start;
      const change = `${shorten(originalOf(source, mutant))} -> ${shorten(mutant.replacement ?? "")}`;
      lines.push(`${mutant.status} ${file}:${line}:${column} ${mutant.mutatorName}: ${change}`);
    }
  }
  const total = detected + undetected;
  return { lines, mutants: total, percent: total === 0 ? 0 : (100 * detected) / total };
}

function originalOf(source: string, { location: { start, end } }: Mutant): string {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) => line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined))
    .join("\n");
}

function shorten(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ");
  return flat.length <= SHOWN_LENGTH ? flat : `${flat.slice(0, SHOWN_LENGTH - 1)}…`;
}
