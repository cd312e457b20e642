import type { RunResult } from "../../run/result/run-result.ts";
import { profileFileOf, profilePlaceOf } from "./profile-place.ts";
import type { CommandOutcome, LeftRun, Reporter, ThrownRun } from "./reporter.ts";
import { casesOf } from "./run-cases.ts";

/** Of the Common Test Report Format (https://ctrf.io). */
const SPECIFICATION = "1.0.0";

/** @returns one JSON object: a test for each run, with its rungs and rules as steps */
function formatCtrf({ results, thrown, left }: CommandOutcome): string {
  const tests = [...results.map(testOfRun), ...thrown.map(testOfThrown), ...left.map(testOfLeft)];
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  const nowMs = Date.now();
  const start = Math.min(nowMs, ...results.map(({ startedAt }) => Date.parse(startedAt)));
  const stop = Math.max(start, ...results.map((result) => Date.parse(result.startedAt) + durationOf(result)));
  const summary = {
    ...{ tests: tests.length, passed: count("passed"), failed: count("failed"), skipped: count("skipped") },
    ...{ pending: 0, other: 0, start, stop, duration: stop - start },
  };
  const report = {
    ...{ reportFormat: "CTRF", specVersion: SPECIFICATION, timestamp: new Date(nowMs).toISOString() },
    ...{ generatedBy: "udpsec", results: { tool: { name: "udpsec" }, summary, tests } },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function testOfRun(result: RunResult) {
  const { passed, fullCode, detail, again, artifactsFolder, standings, accelerator, crashes } = result;
  const { file, line } = profilePlaceOf(result);
  const start = Date.parse(result.startedAt);
  const duration = durationOf(result);
  return {
    ...{ ...named(result), status: passed ? "passed" : "failed", rawStatus: fullCode, start, stop: start + duration },
    ...{ duration, filePath: file, line },
    ...(passed ? {} : { message: `${fullCode}: ${detail}` }),
    ...(crashes.length === 0 ? {} : { trace: crashes.flatMap(({ trace }) => trace).join("\n") }),
    steps: casesOf(result).map(({ name, failure }) => ({
      ...{ name, status: failure === undefined ? "passed" : "failed" },
      ...(failure === undefined ? {} : { extra: { code: failure.type, message: failure.message } }),
    })),
    extra: {
      ...{ again, artifacts: artifactsFolder, accelerator, cut: result.cut, confirmed: standings.confirmed },
      ...{ denied: standings.denied, guestsWord: standings.guestsWord, nothingToJudge: standings.nothingToJudge },
    },
  };
}

function testOfThrown(run: ThrownRun) {
  const { code, message } = run;
  return {
    ...{ ...named(run), status: "failed", rawStatus: code, duration: 0, filePath: profileFileOf(run) },
    message: `${code}: ${message}`,
  };
}

function testOfLeft(run: LeftRun) {
  return {
    ...{ ...named(run), status: "skipped", duration: 0, filePath: profileFileOf(run), message: "never begun" },
  };
}

/** A profile is one test in all reports, whatever the seed: histories go by the name. */
function named({ profile, seed }: LeftRun) {
  return { name: profile, testId: profile, ...(seed === undefined ? {} : { labels: { seed } }) };
}

/** With the judging, ms. */
function durationOf({ timing: { machineMs, evidenceMs } }: RunResult): number {
  return Math.round(machineMs + evidenceMs);
}

export const ctrfReporter = { name: "ctrf", closing: formatCtrf } satisfies Reporter;
