/**
 * The page as one file that needs nothing else: its program, and each run as data. What guests wrote is data alone, deflated and in
 * base64, and the page's policy runs no program but the one whose hash it names.
 */
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { GatheredRun } from "../gather/gather-run.ts";
import type { RunHead } from "../model/run-data.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * @param script the page's program, which holds no `</script`
 * @param remarks sentences above the runs, about what is not among them
 * @returns the whole file
 */
export function reportHtml(runs: readonly GatheredRun[], script: string, remarks: readonly string[] = []): string {
  const heads = runs.map(({ data }) => headOf(data));
  const title = heads.length === 1 && heads[0] !== undefined ? titleOf(heads[0]) : `${heads.length} runs`;
  const said = remarks.map((remark) => `<p class="remark">${escapeHtml(remark)}</p>\n`).join("");
  return `<!doctype html>
<html lang="en">
<head>
${headMarkup(title, policyOf(script))}
</head>
<body>
${said}${runs.length === 0 ? "" : shownRuns(runs, heads, script)}</body>
</html>
`;
}

function shownRuns(runs: readonly GatheredRun[], heads: readonly RunHead[], script: string): string {
  return `<noscript>${heads.map((head) => `<p>${escapeHtml(`${titleOf(head)}: ${head.detail}`)}</p>`).join("")}</noscript>
<script type="application/json" id="heads">${jsonForScript(heads)}</script>
${runs.map(dataBlocks).join("\n")}
<script>${script}</script>
`;
}

/** @returns the page of a run that goes on: it has no data, and asks the server that it came from */
export function livePageHtml(script: string): string {
  return `<!doctype html>
<html lang="en" data-live>
<head>
${headMarkup("a run that goes on", `${policyOf(script)}; connect-src 'self'`)}
</head>
<body>
<noscript><p>This page needs JavaScript.</p></noscript>
<script>${script}</script>
</body>
</html>
`;
}

/** @returns a run as the page's program unpacks it */
export function packedRun({ data, packets }: GatheredRun): { readonly data: string; readonly packets: string } {
  return { data: packed(Buffer.from(JSON.stringify(data))), packets: packed(packets) };
}

function headMarkup(title: string, policy: string): string {
  return `<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>`;
}

/** Nothing is loaded, nothing is sent, and no other program runs: inline ones by the hash of their text alone. */
function policyOf(script: string): string {
  const hash = createHash("sha256").update(script).digest("base64");
  return `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}

function dataBlocks(run: GatheredRun, at: number): string {
  const { data, packets } = packedRun(run);
  return [
    `<script type="text/plain" id="run-${at}">${data}</script>`,
    `<script type="text/plain" id="packets-${at}">${packets}</script>`,
  ].join("\n");
}

function packed(bytes: Uint8Array): string {
  return deflateSync(bytes, { level: 9 }).toString("base64");
}

function headOf({ profile, seed, verdict, endMs }: GatheredRun["data"]): RunHead {
  const { passed, code, detail } = verdict;
  return { profile, seed, passed, code, detail, seconds: Math.round(endMs / 100) / 10 };
}

function titleOf({ profile, seed, passed, code }: RunHead): string {
  return `${passed ? "passed" : "FAILED"} ${profile} (seed ${seed})${passed ? "" : `: ${code}`}`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** @returns JSON in which nothing ends a script, or begins a comment of HTML */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}
