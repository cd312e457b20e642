/** The stages of `scripts/test.sh`. A check that exists only in somebody's habit is not here, so it does not count. */
export interface Stage {
  readonly name: string;
  /** Program and arguments; tools come from the project's own packages. */
  readonly command: readonly string[];
  /** How it says what it did: one check by its exit status, or many by a closing line `N passed, N failed, N skipped`. */
  readonly counted: "exit-status" | "closing-line";
  /** Only in the plain run, only with --thorough, or (undefined) in both. */
  readonly when?: "plain" | "thorough";
}

export const STAGES: readonly Stage[] = [
  { name: "format", command: ["prettier", "--check", "."], counted: "exit-status" },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"], counted: "exit-status" },
  { name: "pure-types", command: ["tsc", "-p", "guest/tsconfig.json"], counted: "exit-status" },
  { name: "lint", command: ["eslint", "."], counted: "exit-status" },
  { name: "imports", command: ["node", "scripts/run.mjs", "scripts/import-rules.ts"], counted: "exit-status" },
  { name: "dead-code", command: ["knip"], counted: "exit-status" },
  { name: "unit", command: ["node", "scripts/run.mjs", "scripts/unit-tests.ts"], counted: "closing-line" },
];
