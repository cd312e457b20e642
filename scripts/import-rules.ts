/** Runs dependency-cruiser and makes sure that it did read the modules: rules over an empty graph hold always. */
import { execa } from "execa";

const LEAST_MODULES = 50;

interface CruiseOutput {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

const result = await execa(
  "depcruise",
  ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "contract", "guest", "harness", "images"],
  { preferLocal: true, reject: false, maxBuffer: 256 * 1024 * 1024 },
);
if (result.stdout === "") {
  process.stderr.write(`${result.stderr}\n`);
  process.exit(2);
}
const output = JSON.parse(result.stdout) as CruiseOutput;
for (const violation of output.summary.violations) {
  process.stdout.write(`${violation.rule.name}: ${violation.from} -> ${violation.to}\n`);
}
process.stdout.write(`${output.summary.totalCruised} modules, ${output.summary.violations.length} violations\n`);
if (output.summary.totalCruised < LEAST_MODULES) {
  process.stdout.write(`fewer than ${LEAST_MODULES} modules read: the check looked at nothing\n`);
  process.exit(1);
}
process.exit(output.summary.violations.length === 0 ? 0 : 1);
