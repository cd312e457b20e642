/** A judge's report for people. */
import type { JudgedEnd, JudgedSession, JudgeReport } from "../observer/judging/judge-report.ts";

const SHOWN_ID_DIGITS = 8;
const VERDICTS: Readonly<Record<JudgeReport["verdict"], string>> = {
  kept: "kept",
  broken: "broken",
  "not-judged": "not judged",
};

/** @returns lines, the verdict last */
export function judgeReportText(report: JudgeReport): string {
  const { findings, leftOff, sessions, unjudged } = report;
  const lines = [
    ...findings.flatMap(({ rule, end, text, file, number, requirement, where }) => [
      `broken  ${file} packet ${number}: ${rule}, by the ${end}: ${text}`,
      `        docs/distributed/${where} [${requirement}]`,
    ]),
    ...(leftOff > 0 ? [`        and ${leftOff} more of the same rules`] : []),
    ...unjudged.map(({ what, file, number, times }) => {
      const place = number > 0 ? `${file} from packet ${number} on` : file;
      return `not judged  ${place}: ${what}${times > 1 ? ` (${times} times)` : ""}`;
    }),
    ...sessions.map(sessionLine),
    summaryLine(report),
  ];
  return `${lines.join("\n")}\n`;
}

function sessionLine({ transport, initiator, responder, from, outcome }: JudgedSession): string {
  const route = `${endText(initiator)} to ${endText(responder)}`;
  return `${outcome.padEnd(8)}  ${transport}  ${route}, from packet ${from.number} of ${from.file}`;
}

function endText({ socket, deviceId, followed }: JudgedEnd): string {
  const device = deviceId === undefined ? "nobody" : deviceId.slice(0, SHOWN_ID_DIGITS);
  const bytes = followed === undefined ? "" : `, ${followed.streamBytes} bytes`;
  return `${socket} (${device}${bytes})`;
}

function summaryLine({ verdict, frames, sessions, findings, leftOff }: JudgeReport): string {
  const count = (outcome: JudgedSession["outcome"]): number =>
    sessions.filter((session) => session.outcome === outcome).length;
  const told = `${count("followed")} sessions to their end, ${count("open")} open, ${count("refused")} refused`;
  return `${VERDICTS[verdict]}: ${told}; ${findings.length + leftOff} findings; ${frames} frames`;
}
