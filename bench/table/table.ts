/** A table of figures: what every benchmark gives, the program prints, and a later run is compared with. */
export interface BenchTable {
  /** What `--only` takes. */
  readonly name: string;
  readonly title: string;
  readonly rows: readonly BenchRow[];
}

export interface BenchRow {
  readonly what: string;
  /** By column, whose names say the unit. A column that a row doesn't have was not measured there. */
  readonly figures: Readonly<Record<string, number>>;
  /** Why there is no figure. */
  readonly failure?: string;
}

/** How much work a benchmark may do. */
export interface BenchEffort {
  /** A look of seconds instead of figures to rely on. */
  readonly isQuick: boolean;
  /** Told of each step as it begins. */
  readonly announce: (step: string) => void;
}

const NAME_WIDTH = 34;
const GAP = 2;

/** @returns the table as plain text, with the ratio to `base` behind each figure that it has too */
export function printTable(table: BenchTable, base?: BenchTable): string {
  const columns = [...new Set(table.rows.flatMap(({ figures }) => Object.keys(figures)))];
  const cells = table.rows.map((row) => {
    const before = base?.rows.find(({ what }) => what === row.what);
    return columns.map((column) => cell(row.figures[column], before?.figures[column]));
  });
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const line = (name: string, texts: readonly string[]): string =>
    (
      name.padEnd(NAME_WIDTH) + texts.map((text, index) => text.padStart((widths[index] ?? 0) + GAP)).join("")
    ).trimEnd();
  const lines = table.rows.map(({ what, failure }, index) =>
    failure === undefined ? line(what, cells[index] ?? []) : `${what.padEnd(NAME_WIDTH)}  not measured: ${failure}`,
  );
  return [`${table.name}: ${table.title}`, line("", columns), ...lines, ""].join("\n");
}

function cell(figure: number | undefined, before: number | undefined): string {
  if (figure === undefined) return "";
  const text = figure.toFixed(Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2);
  return before === undefined || before === 0 ? text : `${text} (x${(figure / before).toFixed(2)})`;
}

/** @returns the middle of the values, or between the two in the middle; NaN of none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}
