import type { RunResult } from "../../run/result/run-result.ts";
import type { CommandOutcome, LeftRun, Reporter } from "./reporter.ts";
import { casesOf } from "./run-cases.ts";

/** One test point, with what stands below it. */
interface Point {
  readonly isOk: boolean;
  readonly name: string;
  readonly directive?: string;
  readonly diagnostics?: Readonly<Record<string, string | number>>;
  readonly children?: readonly Point[];
}

/** @returns Test Anything Protocol, version 14 (https://testanything.org/tap-version-14-specification.html): a point per run, its rungs and rules below it */
function formatTap({ results, thrown, left }: Pick<CommandOutcome, "results" | "thrown" | "left">): string {
  const points = [
    ...results.map(pointOf),
    ...thrown.map((run) => ({
      ...{ isOk: false, name: nameOf(run), diagnostics: { code: run.code, message: run.message } },
    })),
    ...left.map((run) => ({ isOk: true, name: nameOf(run), directive: "SKIP never begun" })),
  ];
  return `${["TAP version 14", ...formatPoints(points)].join("\n")}\n`;
}

function pointOf(result: RunResult): Point {
  const { passed, fullCode, detail, again, artifactsFolder, timing } = result;
  const duration = { duration_ms: Math.round(timing.machineMs) };
  return {
    isOk: passed,
    name: nameOf(result),
    diagnostics: passed
      ? duration
      : { code: fullCode, message: detail, again, artifacts: artifactsFolder, ...duration },
    children: casesOf(result).map(({ name, failure }) => ({
      isOk: failure === undefined,
      name,
      ...(failure === undefined ? {} : { diagnostics: { code: failure.type, message: failure.message } }),
    })),
  };
}

function formatPoints(points: readonly Point[]): string[] {
  const lines = points.flatMap(({ isOk, name, directive, diagnostics, children }, at) => {
    const below = children === undefined ? [] : [`# Subtest: ${escape(name)}`, ...formatPoints(children)];
    const words = `${isOk ? "ok" : "not ok"} ${at + 1} - ${escape(name)}${directive === undefined ? "" : ` # ${directive}`}`;
    // YAML takes any JSON string as it is.
    const told = Object.entries(diagnostics ?? {}).map(([key, value]) => `  ${key}: ${yamlOf(value)}`);
    return [...below.map((line) => `    ${line}`), words, ...(told.length === 0 ? [] : ["  ---", ...told, "  ..."])];
  });
  return [...lines, `1..${points.length}`];
}

function yamlOf(value: string | number): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A guest's text must not end its line, nor begin a directive. */
function escape(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "\ufffd").replace(/[\\#]/g, String.raw`\$&`);
}

function nameOf({ profile, seed }: LeftRun): string {
  return seed === undefined ? profile : `${profile} (seed ${seed})`;
}

export const tapReporter = { name: "tap", closing: formatTap } satisfies Reporter;
