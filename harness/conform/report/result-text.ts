/** One result, and all of them, for people. */
import type { Colors } from "../../report/colors.ts";
import { type ConformResult, countsOf } from "../run/conform-result.ts";
import { type ConformCase, sectionOf, sentenceOf } from "../stage/conform-case.ts";
import type { KeptPacket } from "../stage/packet-trace.ts";
import { SECTION_ORDER, SECTIONS } from "../stage/sections.ts";

const SHOWN_PACKETS = 6;
/** A handshake message's worth would fill the screen; the JSON has all of it. */
const SHOWN_HEX = 160;
const TITLE_COLUMNS = 34;

export function resultText(
  { conformCase, verdict, detail, durationMs, packets, replayed }: ConformResult,
  colors: Colors,
): string {
  const time = `${(durationMs / 1_000).toFixed(2).padStart(6)} s`;
  const line = `${wordOf(verdict, colors)}  ${time}  ${conformCase.id}`;
  const before =
    replayed === undefined ? [] : [`    played again, since ${replayed.why}; at first: ${replayed.detail}`];
  if (verdict === "pass") return [line, ...before, ""].join("\n");
  if (verdict === "inconclusive") return [`${line}: ${detail}`, ...before, ""].join("\n");
  return [
    line,
    `    sent:     ${conformCase.sends}`,
    `    expected: the target must ${conformCase.must} [${conformCase.requirements.join(", ")}]`,
    `    came:     ${detail}`,
    ...before,
    ...packets.slice(-SHOWN_PACKETS).flatMap(packetLines),
    "",
  ].join("\n");
}

function wordOf(verdict: ConformResult["verdict"], colors: Colors): string {
  if (verdict === "pass") return colors.good("ok");
  return verdict === "fail" ? colors.bad("no") : colors.dim("??");
}

function packetLines({ direction, atMs, what, hex }: KeptPacket): string[] {
  const shown = hex.length > SHOWN_HEX ? `${hex.slice(0, SHOWN_HEX)}...` : hex;
  const head = `      ${direction.padEnd(4)}  ${String(atMs).padStart(8)} ms  ${what}`;
  return shown === "" ? [head] : [head, `        ${shown}`];
}

/** Counts by section of the specification, and of all. */
export function summaryText(
  results: readonly ConformResult[],
  { durationMs, asked }: { readonly durationMs: number; readonly asked: number },
  colors: Colors,
): string {
  const lines = SECTION_ORDER.flatMap((section) => {
    const own = results.filter(({ conformCase }) => sectionOf(conformCase) === section);
    if (own.length === 0) return [];
    const { pass, fail, inconclusive } = countsOf(own);
    const name = `${section.padEnd(9)} ${SECTIONS[section]}`.padEnd(TITLE_COLUMNS + 8);
    const more = [fail > 0 ? colors.bad(`${fail} failed`) : "", inconclusive > 0 ? `${inconclusive} inconclusive` : ""];
    return [[`  ${name} ${String(pass).padStart(3)} passed`, ...more.filter((text) => text !== "")].join(", ")];
  });
  const { pass, fail, inconclusive, replayed } = countsOf(results);
  const isInterrupted = results.length < asked;
  const verdict = isInterrupted
    ? `interrupted after ${results.length} of ${asked} cases`
    : fail > 0
      ? colors.bad("failed")
      : inconclusive > 0 || pass === 0
        ? "not all could be judged"
        : colors.good("passed");
  const seconds = (durationMs / 1_000).toFixed(1);
  return [
    ...lines,
    `${verdict}: ${pass} passed, ${fail} failed, ${inconclusive} inconclusive in ${seconds} s`,
    ...(replayed === 0 ? [] : [`${replayed} of them played twice: at first one side got no turn of its processor`]),
    "",
  ].join("\n");
}

export function listText(cases: readonly ConformCase[]): string {
  return cases
    .map((one) => {
      const marks = [one.over, one.isSlow === true ? "slow" : "", one.isAlone === true ? "alone" : ""];
      const about = [...marks.filter((mark) => mark !== ""), ...one.requirements].join(" ");
      return `${one.id}  (${about})\n    ${sentenceOf(one)}\n`;
    })
    .join("");
}
