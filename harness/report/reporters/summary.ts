import { describeParties } from "../../run/result/parties.ts";
import type { GatewayStats } from "../../fabric/gateway/gateway.ts";
import type { NodeResult, RunResult } from "../../run/result/run-result.ts";
import { colorsFor } from "../colors.ts";
import { formatFailure } from "../failure-block.ts";
import { seconds } from "../../host/seconds.ts";
import { formatRung } from "../rung-text.ts";
import { formatStandings, formatVerdict } from "../words/standings-text.ts";
import type { Reporter } from "./reporter.ts";

const FINDING_WORDS = {
  confirmed: "ok  ",
  contradicted: "FAIL",
  unavailable: "n/a ",
  "nothing-to-judge": "--  ",
} as const;
const PLAIN = colorsFor(false, {});

/** @returns the run for a reader, complete */
function formatSummaryText(result: RunResult): string {
  const { timing } = result;
  const shown = describeParties(result.parties);
  const lines = [
    `profile      ${result.profile}: ${result.proves}`,
    `verdict      ${formatVerdict(result)}${result.passed ? "" : `: ${result.detail}`}`,
    ...(result.passed && shown !== undefined ? [`shows        ${shown}`] : []),
    `markers      ${formatStandings(result.standings)}`,
    ...(result.silentRules.length > 0 ? [`silent       ${result.silentRules.join(", ")}`] : []),
    `seed         ${result.seed}`,
    `nonce        ${result.nonce}`,
    `started      ${result.startedAt}`,
    `accelerator  ${result.accelerator} (${result.acceleratorReason})`,
    `image        ${Object.entries(result.image)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    `made of      ${Object.entries(result.provenance)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    `time         set-up ${seconds(timing.setupMs)}, machines ${seconds(timing.machineMs)}, evidence ${seconds(timing.evidenceMs)}`,
    `budgets      x ${result.scale.toFixed(2)} (${result.nodes.map(formatBoot).join("; ")})`,
    `again        ${result.again}`,
    ...(result.fabric === undefined ? [] : [`fabric       ${formatFabric(result.fabric)}`]),
    ...(result.fabric?.gateway === undefined ? [] : [`gateway      ${formatGateway(result.fabric.gateway)}`]),
    "",
    "rungs",
    ...result.rungs.flatMap((rung, at) => [`  ${formatRung(rung)}`, ...standingLine(result.standings.rungs[at])]),
    "",
    "evidence",
    ...result.evidence.map(({ rule, marker, finding, saw }) => {
      const about = marker === undefined ? "" : ` for ${marker}`;
      return `  ${FINDING_WORDS[finding]} ${rule}${about}: ${saw}`;
    }),
  ];
  if (result.actions.length > 0) {
    lines.push(
      "",
      "actions",
      ...result.actions.map(({ what, atMs }) => `  ${(atMs / 1000).toFixed(3).padStart(8)} s  ${what}`),
    );
  }
  if (result.notes.length > 0) {
    lines.push("", "notes", ...result.notes.map(({ code, node, detail }) => `  ${node}: ${code}: ${detail}`));
  }
  if (!result.passed) lines.push("", formatFailure(result, PLAIN));
  return `${lines.join("\n")}\n`;
}

function standingLine(standing: RunResult["standings"]["rungs"][number] | undefined): string[] {
  if (standing === undefined) return [];
  const by = standing.confirmedBy.length === 0 ? "" : ` by ${standing.confirmedBy.join(", ")}`;
  return [`                              ${standing.standing}${by}`];
}

function formatGateway({ forwarded, dropped, unresolved, mappings }: GatewayStats): string {
  const waiting = unresolved === 0 ? "" : `, ${unresolved} for whom nobody answered`;
  return `${forwarded} packets carried, ${formatDropped(dropped)}${waiting}; ${mappings} mappings at the end`;
}

function formatDropped(dropped: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(dropped).map(([reason, count]) => `${reason} ${count}`);
  return reasons.length === 0 ? "none dropped" : `dropped: ${reasons.join(", ")}`;
}

function formatFabric({ frames, delivered, dropped, longestStallMs }: NonNullable<RunResult["fabric"]>): string {
  const lost = formatDropped(dropped);
  return `${frames} frames, ${delivered} delivered, ${lost}; its loop was late by ${longestStallMs} ms at most`;
}

function formatBoot({ name, bootMs, readyMs }: NodeResult): string {
  const boot = bootMs === undefined ? "never booted" : `init after ${seconds(bootMs)}`;
  return `${name}: ${boot}${readyMs === undefined ? "" : `, agent after ${seconds(readyMs)}`}`;
}

/** `summary.txt` of each finished run. */
export const summaryReporter: Reporter = {
  name: "summary",
  resultFile: { file: "summary.txt", format: formatSummaryText },
};
