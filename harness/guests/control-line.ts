/**
 * What is typed on the console of a guest whose init takes orders (`images/init/control.sh`), one line each, and what its report says of
 * it: `fact did_1 clock +3600 BEFORE AFTER` in seconds since 1970, `fact did_2 exec STATUS COMMAND`.
 */
import { shellCommand } from "../host/shell-command.ts";

/** A terminal takes no longer lines. */
export const MAX_CONTROL_UNITS = 1_000;
/** A shorter jump is not told from a guest that was slow between two readings of its clock. */
export const MIN_CLOCK_JUMP_MS = 10_000;
const CLOCK_TOLERANCE_S = 30;

/** @param ms whole seconds */
export function clockLine(ms: number): string {
  return `clock ${ms < 0 ? "-" : "+"}${Math.abs(ms) / 1_000}`;
}

/** Run by the guest's shell; each word is taken as it is. */
export function execLine(command: readonly string[]): string {
  return `exec ${shellCommand(command)}`;
}

/** @returns what doesn't fit between what init was told and what it says that it did */
export function controlProblem(told: readonly string[], facts: ReadonlyMap<string, string>): string | undefined {
  const done = [...facts].flatMap(([name, text]) => (/^did_\d+$/.test(name) ? [readDone(text)] : []));
  for (const line of told) {
    const at = done.findIndex((one) => one.line === line);
    if (at === -1) return `init says nothing of "${line}", which it was told`;
    const [{ problem } = { problem: undefined }] = done.splice(at, 1);
    if (problem !== undefined) return `"${line}": ${problem}`;
  }
  const [unasked] = done;
  return unasked === undefined ? undefined : `init did "${unasked.line}", and nobody told it to`;
}

interface Done {
  readonly line: string;
  readonly problem?: string;
}

function readDone(text: string): Done {
  const clock = /^clock ([+-]\d+) (\d+) (\d+)$/.exec(text);
  if (clock !== null) {
    const [jump, before, after] = clock.slice(1).map(Number) as [number, number, number];
    const moved = after - before;
    const line = `clock ${clock[1] ?? ""}`;
    return Math.abs(moved - jump) <= Math.min(CLOCK_TOLERANCE_S, Math.abs(jump) / 2)
      ? { line }
      : { line, problem: `the clock went from ${before} to ${after}` };
  }
  const command = /^exec (\d+) (.*)$/.exec(text);
  if (command === null) return { line: text };
  const [, status = "", words = ""] = command;
  const line = `exec ${words}`;
  return status === "0" ? { line } : { line, problem: `it ended with status ${status}` };
}
