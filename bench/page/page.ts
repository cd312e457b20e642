/** The tables of docs/performance.md: one command measures them and writes them there. */
import { printTable, type BenchTable } from "../table/table.ts";

/** Where on the page the tables stand. */
export const BEGIN = "<!-- tables: npm run -s bench -- --page -->";
export const END = "<!-- end of tables -->";

export interface PageFacts {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  /** Processes that wanted a core while it was measured, on the average of the last quarter of an hour. */
  readonly load: number;
  readonly isQuick: boolean;
}

/** @returns the page with the tables in place of those that were there, and those that were not measured anew kept @throws RangeError without the places */
export function withTables(page: string, tables: readonly BenchTable[], facts: PageFacts): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new RangeError(`the page has no place for tables: ${BEGIN} ... ${END}`);
  const kept = sectionsOf(page.slice(begin + BEGIN.length, end));
  for (const table of tables) kept.set(table.name, section(table, facts));
  return `${page.slice(0, begin)}${BEGIN}\n\n${[...kept.values()].join("\n\n")}\n\n${page.slice(end)}`;
}

function section(table: BenchTable, { date, machine, node, load, isQuick }: PageFacts): string {
  const effort = isQuick ? "a quick look (`--quick`)" : "all rounds";
  const words = `${date.slice(0, 10)}, ${machine}, Node ${node}, ${effort}, load average ${load.toFixed(1)}.`;
  return `### ${table.name}\n\n${words}\n\n\`\`\`text\n${printTable(table).trimEnd()}\n\`\`\``;
}

/** @returns the sections that stand there, by the names of their tables */
function sectionsOf(text: string): Map<string, string> {
  const sections = new Map<string, string>();
  for (const part of text.split(/^(?=### )/m)) {
    const name = /^### (\S+)/.exec(part)?.[1];
    if (name !== undefined) sections.set(name, part.trim());
  }
  return sections;
}
