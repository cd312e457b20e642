import type { RunResult } from "../../run/result/run-result.ts";
import type { CommandOutcome, LeftRun, Reporter, ThrownRun } from "./reporter.ts";
import { casesOf, type RunCase } from "./run-cases.ts";
import { xmlAttribute } from "./xml.ts";

type JunitRuns = Pick<CommandOutcome, "results" | "thrown" | "left">;

/** @returns JUnit XML: a suite for each run, also for one that ended without a verdict, and for one that never began */
function formatJunit({ results, thrown, left }: JunitRuns): string {
  const suites = [...results.map(suiteOfRun), ...thrown.map(suiteOfThrown), ...left.map(suiteOfLeft)];
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join("\n");
}

function suiteOfRun(result: RunResult): string {
  const cases = casesOf(result);
  const failures = cases.filter((item) => item.failure !== undefined).length;
  const { confirmed, denied, guestsWord, nothingToJudge } = result.standings;
  const properties = Object.entries({ confirmed, denied, guestsWord, nothingToJudge, cut: result.cut }).map(
    ([property, value]) => `      <property name="${property}" value="${value}"/>`,
  );
  const time = `time="${(result.timing.machineMs / 1000).toFixed(3)}" timestamp="${result.startedAt}"`;
  return [
    `  <testsuite ${nameOf(result)} tests="${cases.length}" failures="${failures}" errors="0" skipped="0" ${time}>`,
    "    <properties>",
    ...properties,
    "    </properties>",
    ...cases.map((item) => formatCase(result.profile, item)),
    "  </testsuite>",
  ].join("\n");
}

function suiteOfThrown(run: ThrownRun): string {
  return [
    `  <testsuite ${nameOf(run)} tests="1" failures="0" errors="1" skipped="0">`,
    `    <testcase classname="${xmlAttribute(run.profile)}" name="run">`,
    `      <error type="${xmlAttribute(run.code)}" message="${xmlAttribute(run.message)}"/>`,
    "    </testcase>",
    "  </testsuite>",
  ].join("\n");
}

function suiteOfLeft(run: LeftRun): string {
  return [
    `  <testsuite ${nameOf(run)} tests="1" failures="0" errors="0" skipped="1">`,
    `    <testcase classname="${xmlAttribute(run.profile)}" name="run">`,
    "      <skipped>never begun</skipped>",
    "    </testcase>",
    "  </testsuite>",
  ].join("\n");
}

function nameOf({ profile, seed }: LeftRun): string {
  return `name="${xmlAttribute(seed === undefined ? profile : `${profile} (seed ${seed})`)}"`;
}

function formatCase(profile: string, { name, seconds, failure }: RunCase): string {
  const head = `    <testcase classname="${xmlAttribute(profile)}" name="${xmlAttribute(name)}" time="${seconds.toFixed(3)}"`;
  if (failure === undefined) return `${head}/>`;
  const message = xmlAttribute(failure.message);
  return `${head}><failure type="${xmlAttribute(failure.type)}" message="${message}"/></testcase>`;
}

/** `junit.xml` of each finished run, and of all runs of a command. */
export const junitReporter = {
  name: "junit",
  resultFile: { file: "junit.xml", format: (result) => formatJunit({ results: [result], thrown: [], left: [] }) },
  closing: formatJunit,
} satisfies Reporter;
