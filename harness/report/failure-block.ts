import { commandName } from "../host/package-assets.ts";
import { VERDICT_TEXTS } from "../markers/verdict-codes.ts";
import type { RunResult } from "../run/result/run-result.ts";
import type { Colors } from "./colors.ts";
import { otherFailures } from "./words/consequences.ts";
import { fittingHint, toldSlowness } from "./words/fitting-hint.ts";
import { shortLines } from "./words/short-lines.ts";

/** A trace says more than the console does. */
const TAIL_BEHIND_A_CRASH = 8;

/** All that somebody needs to go on: what is missing, what was seen instead, what to do, where to look. */
export function formatFailure(result: RunResult, colors: Colors): string {
  const { title } = VERDICT_TEXTS[result.code];
  const silent = result.silentRules.join(", ");
  return [
    colors.bad(`FAILED ${result.profile}: ${result.fullCode} - ${title}`),
    ...whatHappened(result).map(shortLines),
    ...consoles(result, colors),
    ...(silent === "" ? [] : [colors.dim(shortLines(`  could not speak: ${silent}`))]),
    `  hint:      ${fittingHint(result)}`,
    `  explain:   ${commandName()} explain ${result.fullCode}`,
    `  again:     ${result.again}`,
    `  artifacts: ${result.artifactsFolder}`,
  ].join("\n");
}

function whatHappened(result: RunResult): string[] {
  const lines = [`  ${result.detail}`];
  if (result.because !== undefined) lines.push(`  because ${result.because}`);
  const slowness = toldSlowness(result);
  if (slowness !== undefined) lines.push(`  slow: ${slowness}`);
  const { also, follows } = otherFailures(result.failures);
  lines.push(...also.map((line) => `  also ${line}`), ...follows.map((line) => `  follows from it: ${line}`));
  const missing = result.rungs.find((rung) => rung.seen < rung.count);
  if (missing !== undefined) lines.push(`  first missing rung: ${missing.node}: ${missing.text}`);
  if (result.nearestLine !== undefined) lines.push(`  nearest line seen:  ${result.nearestLine}`);
  for (const complaint of result.complaints) lines.push(`  said: ${complaint}`);
  for (const { process, trace } of result.crashes)
    lines.push(`  crash of ${process}: ${trace[0] ?? ""}`, ...trace.slice(1));
  for (const { process, trace } of result.doing) lines.push(`  doing: ${process} ${trace[0] ?? ""}`, ...trace.slice(1));
  return lines;
}

function consoles(result: RunResult, colors: Colors): string[] {
  const hasTrace = [...result.crashes, ...result.doing].some(({ trace }) => trace.length > 1);
  return result.nodes.flatMap((node) => {
    const tail = !hasTrace ? node.tail : node.tail.slice(-TAIL_BEHIND_A_CRASH);
    const end = node.exitDetail === undefined ? node.exit : `${node.exit} (${node.exitDetail})`;
    return [
      colors.dim(shortLines(`  --- ${node.name}: last ${tail.length} lines of the console; ended by ${end} ---`)),
      ...tail.map((line) => shortLines(`  ${node.name} |${line}`)),
    ];
  });
}
