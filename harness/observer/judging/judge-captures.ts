/** Files in, a report out. Several captures are taken together in the order of their times, each in its own order. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { CaptureItem } from "../../capture/capture-item.ts";
import { type CaptureProblem, streamCapture } from "../../capture/capture-stream.ts";
import { CaptureJudge, type CaptureJudgeOptions } from "./capture-judge.ts";
import type { JudgeReport } from "./judge-report.ts";

/** Another run's network may live in this process: it has its turn after so many frames, which take a few milliseconds. */
const FRAMES_IN_A_TURN = 32;

interface OpenCapture {
  readonly file: string;
  readonly taps: ReadonlySet<string>;
  readonly items: AsyncIterator<CaptureItem | CaptureProblem, undefined>;
  head: CaptureItem | CaptureProblem | undefined;
  lastFrame: number;
}

export interface JudgedCapture {
  readonly path: string;
  /** How findings name it. */
  readonly file: string;
  /** Addresses of the machine that captured it; undefined: those that the options name for all. */
  readonly taps?: ReadonlySet<string>;
}

/**
 * Memory holds sessions and what they may still need, never a file.
 *
 * @throws what the operating system says of a file that can't be read; HarnessError `secrets-malformed`
 */
export async function judgeCaptures(
  captures: readonly JudgedCapture[],
  options: CaptureJudgeOptions,
): Promise<JudgeReport> {
  const judge = new CaptureJudge(options);
  const open: OpenCapture[] = captures.map(({ path, file, taps = options.taps }) => {
    return { file, taps, items: streamCapture(path), head: undefined, lastFrame: 0 };
  });
  for (const capture of open) await advance(judge, capture);
  let frames = 0;
  for (let next = earliest(open); next !== undefined; next = earliest(open)) {
    if (frames++ % FRAMES_IN_A_TURN === 0) await nextTurn();
    if (next.head?.kind === "frame") {
      next.lastFrame = next.head.number;
      judge.take(next.file, next.head, next.taps);
    }
    await advance(judge, next);
  }
  return judge.end();
}

/** Up to the next frame; what has no time of its own is taken at once. */
async function advance(judge: CaptureJudge, capture: OpenCapture): Promise<void> {
  for (;;) {
    const result = await capture.items.next();
    capture.head = result.done === true ? undefined : result.value;
    const { head, file, lastFrame } = capture;
    if (head === undefined || head.kind === "frame") return;
    if (head.kind === "problem") judge.unjudged(head.what, { file, number: lastFrame + 1 });
    else judge.take(file, head, capture.taps);
  }
}

function earliest(open: readonly OpenCapture[]): OpenCapture | undefined {
  let best: OpenCapture | undefined;
  for (const capture of open) {
    if (capture.head?.kind !== "frame") continue;
    if (best?.head?.kind !== "frame" || capture.head.frame.timeUs < best.head.frame.timeUs) best = capture;
  }
  return best;
}
