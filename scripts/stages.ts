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

/** Virtual machines that every change must pass; `--thorough` runs all of them. */
const PLAIN_PROFILES = ["foreign", "udp-sec", "tcp-fallback", "two-party", "rng-gate", "cross-vm", "cross-vm-loss"];

const run = (entry: string, ...args: readonly string[]): readonly string[] => [
  "node",
  "scripts/run.mjs",
  entry,
  ...args,
];
const machines = (...profiles: readonly string[]): readonly string[] => [
  "./scripts/udpsec",
  "test",
  ...profiles.map((profile) => `--profile=${profile}`),
];

export const STAGES: readonly Stage[] = [
  { name: "format", command: ["prettier", "--check", "."], counted: "exit-status" },
  { name: "types", command: ["tsc", "-p", "tsconfig.json"], counted: "exit-status" },
  { name: "pure-types", command: ["tsc", "-p", "guest/tsconfig.json"], counted: "exit-status" },
  { name: "page-types", command: ["tsc", "-p", "harness/report/page/tsconfig.json"], counted: "exit-status" },
  { name: "lint", command: ["eslint", "."], counted: "exit-status" },
  { name: "imports", command: run("scripts/import-rules.ts"), counted: "exit-status" },
  { name: "dead-code", command: ["knip"], counted: "exit-status" },
  { name: "unit", command: run("scripts/vitest-counted.ts", "unit", "--coverage"), counted: "closing-line" },
  {
    name: "vectors",
    command: run("scripts/vectors/main.ts"),
    counted: "closing-line",
  },
  { name: "model", command: run("scripts/model/main.ts"), counted: "closing-line" },
  { name: "no-host", command: run("scripts/no-host/main.ts"), counted: "closing-line", when: "plain" },
  {
    name: "no-host",
    command: run("scripts/no-host/main.ts", "--seeds", "20"),
    counted: "closing-line",
    when: "thorough",
  },
  { name: "fuzz", command: run("guest/programs/sim/fuzz-main.ts", "--seconds", "10"), counted: "exit-status" },
  {
    name: "sim",
    command: ["./scripts/udpsec", "sim", "--scenario", "all", "--seeds", "1..3"],
    counted: "closing-line",
    when: "plain",
  },
  {
    name: "sim-thorough",
    command: ["./scripts/udpsec", "sim", "--scenario", "all", "--seeds", "1..200"],
    counted: "closing-line",
    when: "thorough",
  },
  {
    name: "e2e",
    command: run("scripts/vitest-counted.ts", "e2e", "--config", "vitest.e2e.config.ts"),
    counted: "closing-line",
  },
  {
    name: "hands",
    command: run("scripts/vitest-counted.ts", "hands", "--config", "vitest.hands.config.ts"),
    counted: "closing-line",
    when: "thorough",
  },
  {
    name: "pages",
    command: run("scripts/vitest-counted.ts", "pages", "--config", "vitest.pages.config.ts"),
    counted: "closing-line",
  },
  {
    name: "captures",
    command: run("scripts/vitest-counted.ts", "captures", "--config", "vitest.captures.config.ts"),
    counted: "closing-line",
  },
  { name: "machines", command: machines(...PLAIN_PROFILES), counted: "closing-line", when: "plain" },
  { name: "machines-all", command: machines("all"), counted: "closing-line", when: "thorough" },
  // By itself: where its emulator can't be had, nothing else fails with it.
  {
    name: "foreign-machines",
    command: machines("riscv64-bare", "riscv64-reset", "./fixtures/guests/riscv64-two-consoles.toml", "riscv64-uboot"),
    counted: "closing-line",
    when: "plain",
  },
  // Our own daemons against the suite for every implementation.
  { name: "conform", command: ["./scripts/udpsec", "conform", "--self"], counted: "exit-status" },
  // As a stranger has it: the tarball in a project of its own, and every example with it.
  { name: "package", command: run("scripts/package/main.ts"), counted: "closing-line" },
  { name: "attacks", command: run("guest/programs/attacks/main.ts", "--fast"), counted: "closing-line", when: "plain" },
  { name: "attacks-all", command: run("guest/programs/attacks/main.ts"), counted: "closing-line", when: "thorough" },
  { name: "chaos", command: run("harness/chaos/main.ts", "--fast"), counted: "closing-line", when: "plain" },
  { name: "chaos-all", command: run("harness/chaos/main.ts"), counted: "closing-line", when: "thorough" },
  {
    name: "conform-mutants",
    command: run("harness/sabotage/mutants-main.ts", "--fast"),
    counted: "closing-line",
    when: "plain",
  },
  {
    name: "conform-mutants-all",
    command: run("harness/sabotage/mutants-main.ts", "--whole"),
    counted: "closing-line",
    when: "thorough",
  },
  { name: "sabotage", command: run("harness/sabotage/main.ts", "--fast"), counted: "closing-line", when: "plain" },
  { name: "sabotage-all", command: run("harness/sabotage/main.ts"), counted: "closing-line", when: "thorough" },
  { name: "boot-times", command: run("harness/e2e/boot-times.ts"), counted: "exit-status", when: "thorough" },
  { name: "same-decisions", command: run("harness/e2e/same-decisions.ts"), counted: "exit-status", when: "thorough" },
  { name: "kill-soak", command: run("guest/programs/kill-soak/main.ts"), counted: "closing-line", when: "thorough" },
  { name: "kill-machines", command: run("harness/e2e/kill-machines.ts"), counted: "closing-line", when: "thorough" },
  { name: "soak", command: ["./scripts/udpsec", "soak", "--minutes", "2"], counted: "exit-status", when: "thorough" },
];
