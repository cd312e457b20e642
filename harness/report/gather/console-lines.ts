/** The lines of a console with their times, from the transcript, and their colours, from the raw bytes of the port. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printable } from "../../console/printable.ts";
import type { ConsoleData, ConsoleLineData } from "../model/run-data.ts";

const TRANSCRIPT_LINE = /^ *(\d+\.\d{3}) {2}(.*)$/;
/** Any escape that is no colour. */
const SGR = /\u001b\[[0-9;]*m/g;
/** A console's lines look further ahead for their raw form by no more. */
const MAX_LOOK_AHEAD = 64;
const MAX_SHOWN_UNITS = 1_000;
/** What of a longer transcript is shown: its beginning, its end, and what stands about a rung or the moment. */
const MAX_CONSOLE_UNITS = 1024 * 1024;
const KEPT_UNITS_AT_ENDS = MAX_CONSOLE_UNITS / 4;
const KEPT_LINES_AROUND = 100;

export interface GatheredConsole {
  readonly console: ConsoleData;
  readonly leftOut: readonly string[];
}

/**
 * @param times that somebody will look for, ms
 * @param tail its last lines, as the summary has them
 * @returns the console of one node; without lines if it left none
 */
export function gatherConsole(
  folder: string,
  node: string,
  times: readonly number[],
  tail: readonly string[] = [],
): GatheredConsole {
  const path = join(folder, `${node}-console.txt`);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (text === "" && (tail.length > 0 || !existsSync(path))) {
    const what = existsSync(path) ? "is empty" : "is missing";
    const shown = tail.length === 0 ? `no console of ${node}` : `the last lines of ${node} are shown`;
    const lines = transcriptLines(tail.join("\n"));
    return { console: { node, lines }, leftOut: [`${node}-console.txt ${what}: ${shown}`] };
  }
  const lines = withColors(transcriptLines(text), rawLines(join(folder, `${node}-serial.log`)));
  const kept = shorten(lines, times);
  const left = lines.length - kept.length;
  const leftOut =
    left === 0 ? [] : [`${left} of ${lines.length} console lines of ${node} are in ${node}-console.txt only`];
  return { console: { node, lines: kept }, leftOut };
}

function transcriptLines(text: string): ConsoleLineData[] {
  return text.split("\n").flatMap((line): ConsoleLineData[] => {
    const [, seconds, shown = ""] = TRANSCRIPT_LINE.exec(line) ?? [];
    return seconds === undefined ? [] : [[Math.round(Number(seconds) * 1000), shown.slice(0, MAX_SHOWN_UNITS)]];
  });
}

function rawLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split(/\r\n|\n|\r/) : [];
}

/** Lines of the same text in the same order are the same line. */
function withColors(lines: readonly ConsoleLineData[], raw: readonly string[]): ConsoleLineData[] {
  let next = 0;
  return lines.map(([atMs, text]) => {
    for (let at = next; at < Math.min(raw.length, next + MAX_LOOK_AHEAD); at++) {
      const candidate = raw[at] ?? "";
      if (printable(candidate) !== text) continue;
      next = at + 1;
      return [atMs, candidate.includes("\u001b") ? colored(candidate) : text];
    }
    return [atMs, text];
  });
}

/** @returns the text with its colours, and nothing else that a terminal obeys */
function colored(raw: string): string {
  const colors = [...raw.matchAll(SGR)].map(([escape]) => escape);
  const pieces = raw.split(SGR).map(printable);
  return pieces.map((piece, at) => piece + (colors[at] ?? "")).join("");
}

function shorten(lines: readonly ConsoleLineData[], times: readonly number[]): ConsoleLineData[] {
  const units = lines.reduce((sum, [, text]) => sum + text.length, 0);
  if (units <= MAX_CONSOLE_UNITS) return [...lines];
  const keep = new Set<number>();
  const take = (from: number, step: number): void => {
    for (let at = from, left = KEPT_UNITS_AT_ENDS; at >= 0 && at < lines.length && left > 0; at += step) {
      keep.add(at);
      left -= (lines[at]?.[1].length ?? 0) + 1;
    }
  };
  take(0, 1);
  take(lines.length - 1, -1);
  let budget = MAX_CONSOLE_UNITS / 2;
  for (const time of times) {
    const found = lines.findIndex(([atMs]) => atMs >= time);
    const middle = found < 0 ? lines.length - 1 : found;
    for (let at = Math.max(0, middle - KEPT_LINES_AROUND); at < middle + KEPT_LINES_AROUND && budget > 0; at++) {
      if (lines[at] === undefined || keep.has(at)) continue;
      keep.add(at);
      budget -= (lines[at]?.[1].length ?? 0) + 1;
    }
  }
  return lines.filter((_, at) => keep.has(at));
}
