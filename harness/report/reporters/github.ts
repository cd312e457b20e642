import { profileFileOf, profilePlaceOf, type ProfilePlace } from "./profile-place.ts";
import { fittingHint } from "../words/fitting-hint.ts";
import { formatStandings, formatVerdict } from "../words/standings-text.ts";
import type { CommandOutcome, Reporter } from "./reporter.ts";

/** What a command's value and its properties can't hold: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const COMMAND_ESCAPES: Readonly<Record<string, string>> = {
  ...{ "%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C" },
};
/** What a cell of a table would take for markup. */
const MARKDOWN = /[\\`*_{}[\]<>()#|~@:!&]/g;

/** @returns workflow commands: an error at the profile's file, and at the line of its rung, for each run that failed */
function annotations({ results, thrown }: Pick<CommandOutcome, "results" | "thrown">): string {
  const failed = results.filter((result) => !result.passed);
  const lines = [
    ...failed.map((result) => {
      return errorCommand(profilePlaceOf(result), `${result.profile}: ${result.fullCode}`, wordsOf(result));
    }),
    ...thrown.map((run) =>
      errorCommand({ file: profileFileOf(run), line: 1 }, `${run.profile}: ${run.code}`, run.message),
    ),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** As the terminal says it, but for what stands in the run's files. */
function wordsOf(result: CommandOutcome["results"][number]): string {
  const { detail, because, again, artifactsFolder } = result;
  return [
    detail,
    ...(because === undefined ? [] : [`because ${because}`]),
    `hint: ${fittingHint(result)}`,
    ...[`again: ${again}`, `artifacts: ${artifactsFolder}`],
  ].join("\n");
}

function errorCommand({ file, line }: ProfilePlace, title: string, words: string): string {
  return `::error file=${property(file)},line=${line},title=${property(title)}::${words.replace(/[%\r\n]/g, commandEscape)}`;
}

function property(text: string): string {
  return text.replace(/[%\r\n:,]/g, commandEscape);
}

function commandEscape(character: string): string {
  return COMMAND_ESCAPES[character] ?? character;
}

/** @returns Markdown for the summary of a job: a table of all runs */
export function jobSummary(outcome: CommandOutcome): string {
  const { results, thrown, left, passed, failed, skipped } = outcome;
  const rows = [
    ...results.map((result) => [
      ...[formatVerdict(result), result.profile, result.seed],
      result.passed ? formatStandings(result.standings) : `${result.fullCode}: ${result.detail}`,
    ]),
    ...thrown.map((run) => ["error", run.profile, run.seed ?? "", `${run.code}: ${run.message}`]),
    ...left.map((run) => ["skipped", run.profile, run.seed ?? "", "never begun"]),
  ];
  return [
    `### udpsec: ${passed} passed, ${failed} failed, ${skipped} skipped`,
    "",
    "| verdict | profile | seed | |",
    "|---|---|---|---|",
    ...rows.map((cells) => `| ${cells.map(cell).join(" | ")} |`),
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replace(MARKDOWN, (character) => `&#${character.charCodeAt(0)};`).replace(/[\u0000-\u001f]+/g, " ");
}

export const githubReporter = { name: "github", closing: annotations } satisfies Reporter;
