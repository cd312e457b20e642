/**
 * What the structure of the code must keep to: the import rules (dependency-cruiser), no circle of folders, no name exported twice.
 * It makes sure that it did read the modules: rules over an empty graph hold always.
 */
import { readFileSync } from "node:fs";
import { execa } from "execa";
import { findDoubles } from "./structure/exported-names.ts";
import { findFolderCycles, type ImportEdge } from "./structure/folder-cycles.ts";

const LEAST_MODULES = 50;
const FOLDERS = ["contract", "guest", "harness", "images", "scripts", "bench"];
/** The broken agents: each file stands in for a module of the agent, and exports what that exports. */
const STAND_INS = /^harness\/sabotage\/agents\//;
/** Tests and what only they use may look at anything, and repeat each other's words. */
const FOR_TESTS = /\.(test|fixture|bench)\.ts$/;

interface CruiseOutput {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string; readonly coreModule: boolean }[];
  }[];
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const result = await execa("depcruise", ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...FOLDERS], {
  preferLocal: true,
  reject: false,
  maxBuffer: 256 * 1024 * 1024,
});
if (result.stdout === "") {
  process.stderr.write(`${result.stderr}\n`);
  process.exit(2);
}
const { modules, summary } = JSON.parse(result.stdout) as CruiseOutput;
const ours = modules.map(({ source }) => source).filter((path) => isOurs(path));
const edges: ImportEdge[] = modules.flatMap(({ source, dependencies }) =>
  dependencies
    .map(({ resolved }) => ({ from: source, to: resolved }))
    .filter(({ from, to }) => isOurs(from) && isOurs(to)),
);
const complaints = [
  ...summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  ...findFolderCycles(edges).map(
    ({ folder, parts, examples }) =>
      `folder-cycle: in ${folder || "the root"}: ${parts.join(", ")}\n` +
      examples.map(({ from, to }) => `    ${from} -> ${to}`).join("\n"),
  ),
  ...findDoubles(
    ours.filter((path) => !STAND_INS.test(path)).map((path) => ({ path, text: readFileSync(path, "utf8") })),
  ).map(({ name, paths }) => `exported-twice: ${name}: ${paths.join(", ")}`),
];
for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
process.stdout.write(`${summary.totalCruised} modules, ${complaints.length} violations\n`);
if (summary.totalCruised < LEAST_MODULES || ours.length < LEAST_MODULES) {
  process.stdout.write(`fewer than ${LEAST_MODULES} modules read: the check looked at nothing\n`);
  process.exit(1);
}
process.exit(complaints.length === 0 ? 0 : 1);

function isOurs(path: string): boolean {
  return path.endsWith(".ts") && !FOR_TESTS.test(path) && FOLDERS.some((folder) => path.startsWith(`${folder}/`));
}
