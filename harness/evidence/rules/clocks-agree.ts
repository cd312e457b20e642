/** The clocks of the captures against themselves, and against the time in which a machine lived. */
import type { Tap } from "../scene/tap.ts";
import { confirmed, contradicted, nothingToJudge, type Rule } from "./rule.ts";

/** Between the last frame and what counts the life; and clocks go at slightly different speeds. */
const SLACK_US = 5_000_000;
const SLACK_SHARE = 0.02;

interface Span {
  readonly firstUs: number;
  readonly lastUs: number;
}

export const clocksAgree: Rule = {
  id: "clocks-agree",
  text: "No capture's clock runs backwards, and what a machine sent lies within the time in which it lived.",
  claims: () => true,
  judge({ taps, input }) {
    const backwards = taps.find(({ frames }) => isBackwards(frames));
    if (backwards !== undefined) return contradicted(`the clock of ${backwards.name} runs backwards`);
    const seen: string[] = [];
    for (const { node, seconds } of input.lives ?? []) {
      const span = spanOf(taps.filter((tap) => tap.node === node));
      if (span === undefined) continue;
      const spanUs = span.lastUs - span.firstUs;
      const figures = `${node} sent for ${(spanUs / 1e6).toFixed(1)} s and lived for ${seconds.toFixed(1)} s`;
      if (spanUs > seconds * 1e6 * (1 + SLACK_SHARE) + SLACK_US) return contradicted(figures);
      seen.push(figures);
    }
    if (taps.every(({ frames }) => frames.length === 0)) return nothingToJudge("no frame was captured");
    return confirmed(seen.length === 0 ? "each capture in the order of its clock" : seen.join("; "));
  },
};

/** QEMU writes what passes a NIC as it passes. The switch stamps what it holds back with the time at which it let it go. */
function isBackwards(frames: Tap["frames"]): boolean {
  return frames.some(({ captured }, index) => {
    const before = frames[index - 1]?.captured;
    return captured.direction === "unknown" && before !== undefined && captured.timeUs < before.timeUs;
  });
}

/** What a machine receives, others may have sent before it was there. */
function spanOf(taps: readonly Tap[]): Span | undefined {
  let span: Span | undefined;
  for (const { captured, direction } of taps.flatMap(({ frames }) => frames)) {
    if (direction !== "sent") continue;
    const { timeUs } = captured;
    span = {
      firstUs: Math.min(span?.firstUs ?? timeUs, timeUs),
      lastUs: Math.max(span?.lastUs ?? timeUs, timeUs),
    };
  }
  return span;
}
