/** docs/catalogue.md: what there is to name, made of the sources. */
import { COMMANDS } from "../../harness/cli/commands.ts";
import { ERROR_TEXTS } from "../../harness/cli/explain-texts.ts";
import { RULE_TEXTS } from "../../harness/evidence/rules/rule-texts.ts";
import { VERDICT_TEXTS } from "../../harness/markers/verdict-codes.ts";
import { profileKeys } from "./profile-keys.ts";

/** @returns the document */
export function catalogueDocument(): string {
  return [
    "# Catalogue",
    "Made of the sources by `npx vitest run scripts/documents -u`; a test holds it equal to them.",
    "## Verdicts",
    list(Object.entries(VERDICT_TEXTS).map(([code, { title }]) => [code, title])),
    "## Rules of evidence",
    list(Object.entries(RULE_TEXTS)),
    "## Errors",
    list(Object.entries(ERROR_TEXTS)),
    "## Keys of a profile",
    "Tables as TOML has them. Wherever a number or a text of some form may stand, a name of `[matrix]` may stand as well.",
    ...profileKeys().map(
      ({ title, text, keys }) => `### ${escaped(title)}\n\n${text === "" ? "" : `${escaped(text)}.\n\n`}${list(keys)}`,
    ),
    "## Commands and their options",
    ...COMMANDS.map(
      ({ name, usage, summary, options }) =>
        `### ${name}\n\n\`udpsec ${name}${usage === "" ? "" : ` ${usage}`}\`: ${escaped(summary)}.\n\n${list(
          Object.entries(options).map(([option, { help }]) => [`--${option}`, help]),
        )}`,
    ),
  ].join("\n\n");
}

function list(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `- \`${name}\`: ${escaped(text)}`).join("\n");
}

/** What Markdown would take for its own. */
function escaped(text: string): string {
  return text.replace(/[*_<>[\]]/g, "\\$&");
}
