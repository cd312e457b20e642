/** `npm run -s bench`: how fast it is, in tables. Nothing here passes or fails: figures are looked at, and compared with earlier ones. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, join } from "node:path";
import { EXIT } from "../harness/cli/exit-codes.ts";
import { parseOptions, runProgram } from "../harness/cli/run-program.ts";
import { usageError } from "../harness/cli/command.ts";
import { HarnessError } from "../harness/host/harness-error.ts";
import { projectRoot } from "../harness/host/project-root.ts";
import { writeError } from "../harness/run/result/artifact-folder.ts";
import { benchFabric } from "./fabric-speed.ts";
import { lossTable } from "./loss-table.ts";
import { withTables } from "./page/page.ts";
import { renoTable } from "./reno-table.ts";
import { benchSim } from "./sim-speed.ts";
import { vmTable } from "./vm-table.ts";
import { bulkTable } from "./bulk/bulk-table.ts";
import { floodTable } from "./connections/flood-table.ts";
import { goodputTable } from "./connections/goodput-table.ts";
import { idleTable } from "./connections/idle-table.ts";
import { handshakesTable } from "./connections/handshakes-table.ts";
import { type BenchEffort, type BenchTable, printTable } from "./table/table.ts";

const HELP = `usage: npm run -s bench [-- OPTION...]

Measures and prints tables, and writes build/bench/latest.json. A figure is worth something on a machine that does nothing else.

  --only NAME          bulk, handshakes, connections, idle, flood, loss, vm, reno, virtual-time or fabric; may be repeated
  --quick              some minutes instead of an hour, for a look
  --compare BASE.json  the ratio to an earlier run behind each figure
  --json FILE          write the tables there as well
  --page               write the tables into docs/performance.md, with machine, date and load

bulk compares with peers, which are packages of bench/peers: they are installed there at first use, and belong to nothing else.
`;

const TABLES: Readonly<Record<string, (effort: BenchEffort) => Promise<BenchTable>>> = {
  bulk: bulkTable,
  handshakes: handshakesTable,
  connections: goodputTable,
  idle: idleTable,
  flood: floodTable,
  loss: (effort) => Promise.resolve(lossTable(effort)),
  vm: vmTable,
  reno: renoTable,
  "virtual-time": async ({ isQuick }) => ({
    name: "virtual-time",
    title: "the virtual world, noble left aside",
    rows: benchSim(isQuick ? 0.1 : 1).map(({ what, virtualPerReal, virtualPerCpu }) => ({
      what,
      figures: { "virtual s per s": virtualPerReal, "virtual s per CPU s": virtualPerCpu },
    })),
  }),
  fabric: async ({ isQuick }) => ({
    name: "fabric",
    title: "frames of 1200 bytes between two NICs, capture included",
    rows: (await benchFabric(isQuick ? 20_000 : 200_000)).map(({ link, framesPerSecond, longestStallMs }) => ({
      what: link,
      figures: { "frames/s": framesPerSecond, "longest stall ms": longestStallMs },
    })),
  }),
};

/** As it is written, and read by `--compare`. */
interface BenchRecord {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly tables: readonly BenchTable[];
}

await runProgram("bench", main);

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseOptions("bench", {
    args: [...words],
    options: {
      only: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      compare: { type: "string" },
      json: { type: "string" },
      page: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.passed;
  }
  const names = values.only ?? Object.keys(TABLES);
  for (const name of names) {
    if (!Object.hasOwn(TABLES, name))
      throw usageError(`no table ${name}`, `there are ${Object.keys(TABLES).join(", ")}`);
  }
  const base = values.compare === undefined ? undefined : readRecord(values.compare);
  const announce = (step: string): void => void process.stderr.write(`bench: ${step}\n`);
  const tables: BenchTable[] = [];
  for (const name of names) {
    const table = await TABLES[name]?.({ isQuick: values.quick, announce });
    if (table === undefined) continue;
    tables.push(table);
    process.stdout.write(
      `${printTable(
        table,
        base?.tables.find((other) => other.name === name),
      )}\n`,
    );
  }
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores`;
  const record: BenchRecord = { date: new Date().toISOString(), machine, node: process.version, tables };
  for (const path of [
    join(projectRoot(), "build/bench/latest.json"),
    ...(values.json === undefined ? [] : [values.json]),
  ])
    writeRecord(path, record);
  if (values.page) writePage(record, values.quick);
  return EXIT.passed;
}

function readRecord(path: string): BenchRecord {
  const wrong = (cause?: unknown): HarnessError =>
    new HarnessError("usage", `${path} holds no tables of a benchmark`, "name a file that --json wrote", { cause });
  let record: Partial<BenchRecord>;
  try {
    record = JSON.parse(readFileSync(path, "utf8")) as Partial<BenchRecord>;
  } catch (cause) {
    throw wrong(cause);
  }
  if (!Array.isArray(record.tables)) throw wrong();
  return record as BenchRecord;
}

function writePage({ tables, date, machine, node }: BenchRecord, isQuick: boolean): void {
  const path = join(projectRoot(), "docs/performance.md");
  const [, , load = 0] = loadavg();
  const page = withTables(readFileSync(path, "utf8"), tables, { date, machine, node, load, isQuick });
  try {
    writeFileSync(path, page);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

function writeRecord(path: string, record: BenchRecord): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(record, undefined, 2)}\n`);
  } catch (cause) {
    throw writeError(path, cause);
  }
}
