/** The command that makes a run again: its options, and what of the environment had a say in it. */
import { ARCHITECTURES } from "../guests/architecture.ts";
import { commandName } from "../host/package-assets.ts";
import { shellCommand } from "../host/shell-command.ts";
import { formatDuration } from "../profiles/duration.ts";
import type { LoadedProfile } from "../profiles/load.ts";
import type { ParsedArguments } from "./command.ts";
import type { TestOptions } from "./test-options.ts";

/** They name what a run is made of. RUN_TIMEOUT and RUN_PHASE stand as the options that they are. */
const MEANS_VARIABLES = [
  ...Object.values(ARCHITECTURES).map(({ variable }) => variable),
  "UDPSEC_KERNEL",
  "UDPSEC_MODULES",
  "UDPSEC_BUSYBOX",
  "UDPSEC_CACHE",
];

/** @returns what stands before a command, each as the shell takes it */
export function variablesThatMatter(environment: NodeJS.ProcessEnv, options: Pick<TestOptions, "untilMarker">): string {
  const given = ["LOG_DIR", ...MEANS_VARIABLES].flatMap((name) => {
    const value = environment[name] ?? "";
    return value === "" ? [] : [`${name}=${shellCommand([value])}`];
  });
  return [...given, ...(options.untilMarker ? ["RUN_UNTIL_MARKER=1"] : [])].map((one) => `${one} `).join("");
}

/** @param parsed what was typed: `--output-dir` is said again as it was said */
export function runAgain(
  options: TestOptions,
  { path, profile }: Pick<LoadedProfile, "path" | "profile">,
  seed: string,
  { parsed, environment }: { readonly parsed: ParsedArguments; readonly environment: NodeJS.ProcessEnv },
): string {
  const outputDir = parsed.text("output-dir");
  const words = [
    ...["test", "--profile", path ?? profile.name, "--seed", seed],
    ...(options.accelerator === "auto" ? [] : ["--accel", options.accelerator]),
    ...(options.timeoutMs === undefined ? [] : ["--timeout", formatDuration(options.timeoutMs)]),
    ...(options.phase === undefined ? [] : ["--phase", options.phase]),
    ...(parsed.flag("qlog") ? ["--qlog"] : []),
    ...(options.requireEvidence ? ["--require-evidence"] : []),
    ...(options.gdb ? ["--gdb"] : options.debug ? ["--debug"] : []),
    ...(options.jobs === undefined ? [] : ["--jobs", String(options.jobs)]),
    ...(options.replayedRun === undefined ? [] : ["--replay", options.replayedRun]),
    ...(outputDir === undefined ? [] : ["--output-dir", outputDir]),
  ];
  return `${variablesThatMatter(environment, options)}${commandName()} ${shellCommand(words)}`;
}
