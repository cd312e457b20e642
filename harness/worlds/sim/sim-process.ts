/** The process in which a profile runs in virtual time, and what it says: lines of JSON, one of them a second as long as it gets on. */
import { execa } from "execa";
import { HarnessError } from "../../host/harness-error.ts";
import { INSPECTABLE, lookAtTree } from "../../host/inspector/look-at-tree.ts";
import { busiestFirst, describeDoing } from "../../host/inspector/process-doing.ts";
import { readableStack } from "../../host/readable-stack.ts";

/** Virtual time waits for nothing: a step that takes so long of real time does not end. */
const STILL_MS = 30_000;
const SOURCE = "the virtual world";

export interface MarkerLine {
  readonly atMs: number;
  readonly node: string;
  readonly text: string;
}

export interface LastLine {
  readonly failure: string | null;
  readonly virtualMs: number;
  readonly traceHash: string;
}

/** It got stuck. */
export interface StoodStill {
  /** In virtual time, ms. */
  readonly atMs: number;
  /** What the process did instead, with its stack in terms of the TypeScript. */
  readonly doing: string;
}

export type SimSaid =
  { readonly markers: readonly MarkerLine[]; readonly last: LastLine } | { readonly stuck: StoodStill };

export interface SimProcessOptions {
  /** Of its bundle. */
  readonly path: string;
  /** JSON. */
  readonly plan: string;
  readonly signal: AbortSignal;
  /** After so much silence it is asked what it does, and ended. */
  readonly stillMs?: number;
}

/** @throws HarnessError `sim-run`: it ended early */
export async function runSimProcess({ path, plan, signal, stillMs = STILL_MS }: SimProcessOptions): Promise<SimSaid> {
  const child = execa(process.execPath, [...INSPECTABLE, path], { input: plan, reject: false, cancelSignal: signal });
  let stuck: string | undefined;
  const look = async (): Promise<void> => {
    stuck = await doingOf(child.pid);
    child.kill("SIGKILL");
  };
  const silence = setTimeout(() => void look(), stillMs);
  child.stdout.on("data", () => silence.refresh());
  const { stdout, stderr, failed } = await child;
  clearTimeout(silence);
  const lines = linesOf(stdout);
  if (stuck !== undefined) return { stuck: { atMs: lines.findLast(isBeat)?.beatMs ?? 0, doing: stuck } };
  if (failed || stdout === "") {
    throw new HarnessError(
      "sim-run",
      `the virtual world ended early: ${stderr.trim()}`,
      "udpsec sim --list shows what it can do",
    );
  }
  const said = lines.filter((line) => !isBeat(line));
  const last = said.pop();
  return { markers: said as MarkerLine[], last: last as LastLine };
}

async function doingOf(pid: number | undefined): Promise<string> {
  const all = pid === undefined ? [] : await lookAtTree(pid, () => SOURCE).catch(() => []);
  const told = busiestFirst(all.map((doing) => ({ doing }))).flatMap(({ doing }) =>
    readableStack(describeDoing(doing)),
  );
  return told.length === 0 ? "nobody could look at its process" : told.join("\n");
}

/** The last one is cut where it was killed in the middle. */
function linesOf(stdout: string): unknown[] {
  return stdout.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

function isBeat(line: unknown): line is { readonly beatMs: number } {
  return typeof line === "object" && line !== null && "beatMs" in line;
}
