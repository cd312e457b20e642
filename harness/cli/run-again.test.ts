import { expect, it } from "vitest";
import { loadProfile } from "../profiles/load.ts";
import { parseCommandArguments } from "./command.ts";
import { runAgain } from "./run-again.ts";
import { testCommand } from "./test-command.ts";
import { readTestOptions } from "./test-options.ts";

/** What a run of `udpsec test udp-sec ...` says of how it is made again. */
function again(words: readonly string[], environment: NodeJS.ProcessEnv = {}, path?: string): string {
  const parsed = parseCommandArguments(testCommand, ["udp-sec", ...words]);
  const { profile } = loadProfile("udp-sec");
  // The profile has no phases, but another one may.
  const { RUN_PHASE: phase, ...others } = environment;
  const options = { ...readTestOptions(parsed, others), phase };
  return runAgain(options, { profile, ...(path === undefined ? {} : { path }) }, "7", { parsed, environment });
}

it("carries what of the environment had a say in the run, and nothing else", () => {
  expect(again([])).toBe("./scripts/udpsec test --profile udp-sec --seed 7");
  expect(
    again([], { RUN_TIMEOUT: "190s", RUN_UNTIL_MARKER: "1", RUN_PHASE: "net", LOG_DIR: "/my logs", HOME: "/x" }),
  ).toBe(
    "LOG_DIR='/my logs' RUN_UNTIL_MARKER=1 ./scripts/udpsec test --profile udp-sec --seed 7 --timeout 190s --phase net",
  );
  expect(again([], { UDPSEC_QEMU: "/q", UDPSEC_QEMU_RISCV64: "/r", UDPSEC_KERNEL: "", UDPSEC_MODULES: "/m" })).toBe(
    "UDPSEC_QEMU=/q UDPSEC_QEMU_RISCV64=/r UDPSEC_MODULES=/m ./scripts/udpsec test --profile udp-sec --seed 7",
  );
});

it("has the options that decide how a run ends, as a shell takes them", () => {
  const words = [
    "--accel",
    "tcg",
    "--qlog",
    "--require-evidence",
    "--debug",
    "--jobs",
    "1",
    "--output-dir",
    "it's here",
  ];
  expect(again(words, {}, "my guests/x.toml")).toBe(
    "./scripts/udpsec test --profile 'my guests/x.toml' --seed 7 --accel tcg --qlog --require-evidence --debug --jobs 1 --output-dir 'it'\\''s here'",
  );
  expect(again(["--gdb"])).toMatch(/ --gdb$/);
});
