/** docs/evidence.md from the record of markers: what confirms each, from which source, and what stays the guest's word. */
import {
  MARKER_RECORDS,
  REMAINDERS,
  RULE_SOURCES,
  SOURCES,
  type Remainder,
  type Source,
} from "../../harness/evidence/marker-record.ts";
import { RULE_TEXTS } from "../../harness/evidence/rules/rule-texts.ts";

export interface ListedMarker {
  readonly id: string;
  readonly text: string;
  readonly proves: string;
}

/** @returns the whole document */
export function evidenceDocument(markers: readonly ListedMarker[]): string {
  return `# What a marker stands on

A marker is a claim of the guest's. This is the record by which the harness believes it or not: made of
\`harness/evidence/marker-record.ts\` by \`npx vitest run scripts/documents/evidence-document.test.ts -u\`, not written by hand.

Each rung of a run falls in exactly one of four, and the run's result carries how many:

- **confirmed**: each rule that its marker names spoke for it, and none against it;
- **denied**: such a rule found otherwise. Where there is one its number is told as well: confirmed 5, denied 2, ...;
- **guest's word**: nobody else says so. Of the project's own profiles no rung is that, a test looks after it;
- **nothing to judge**: it was not printed, or what a rule would have looked at is not there.

\`\`\`
passed  udp-sec  seed 1f0c2a  13.0 s  (confirmed 7, guest's word 0, nothing to judge 0; 17 rules spoke, ...)
\`\`\`

The same is in \`summary.txt\` (\`markers\`, and under each rung the rules that spoke), in \`summary.json\` and \`--json\` (\`markers\`,
\`rungs[].standing\`, \`rungs[].confirmedBy\`), and in \`junit.xml\` as properties.

A run that \`RUN_UNTIL_MARKER=1\` ends at its last rung is \`passed (cut)\`, exit status 0: what machines do when they end was not seen, and the
rules that could not speak for that reason are listed (\`silent\`, in JSON \`cut\` and \`silentRules\`). \`--require-evidence\` fails such a run, and
every run in which a rule that a marker or the profile names could not speak.

## Marker by marker

| marker | it says | confirmed by | which shows | stays the guest's word |
| --- | --- | --- | --- | --- |
${markers.map(markerRow).join("\n")}

## The guest's word

Nothing else is:

${Object.entries(REMAINDERS)
  .map(([name, text]) => `- **${name}**: ${text}`)
  .join("\n")}

## What the rules read

${Object.entries(SOURCES)
  .map(([name, text]) => `- **${name}**: ${text}`)
  .join("\n")}

| rule | says | reads |
| --- | --- | --- |
${Object.entries(RULE_TEXTS)
  .map(([rule, text]) => `| \`${rule}\` | ${text} | ${(RULE_SOURCES[rule] ?? []).join(", ")} |`)
  .join("\n")}
`;
}

function markerRow({ id, text, proves }: ListedMarker): string {
  const { confirmedBy = [], shows = "", guestsWord = [] } = MARKER_RECORDS[id] ?? {};
  const rules = confirmedBy.map((rule) => `\`${rule}\` (${sourcesOf(rule)})`).join(", ");
  const left = guestsWord.map((remainder: Remainder) => remainder).join(", ");
  return `| \`${text}\` | ${proves} | ${rules} | ${shows} | ${left === "" ? "nothing" : left} |`;
}

function sourcesOf(rule: string): string {
  const sources: readonly Source[] = RULE_SOURCES[rule] ?? [];
  return sources.join(", ");
}
