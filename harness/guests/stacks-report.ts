/**
 * Where the processes of a guest are, by its init: what is typed on the console to ask for it, and the lines by which `images/init/stacks.sh` answers
 * among those of init's report. They are told for people; nothing is judged by them.
 *
 *     stacks begin
 *     stacks process <source> <state> <ticks with a processor> <ticks looked at> <function of the kernel, or 0>
 *     stacks said <source> <what Node's inspector said, base64>
 *     stacks end
 */
import { readInspectorSaid } from "../host/inspector/inspector-said.ts";
import type { ProcessDoing } from "../host/inspector/process-doing.ts";

/** Typed on the console. */
export const STACKS_LINE = "stacks";

const MAX_PROCESSES = 64;
const BEGIN = "stacks begin";
const PROCESS =
  /^stacks process (?<source>\S{1,64}) (?<state>[A-Za-z]) (?<ticks>\d{1,9}) (?<of>\d{1,9}) (?<wchan>\w{1,80})$/;
const SAID = /^stacks said (?<source>\S{1,64}) (?<said>[A-Za-z0-9+/=]*)$/;

export interface StacksReport {
  /** It was told to the end. */
  readonly complete: boolean;
  readonly processes: readonly ProcessDoing[];
}

/** @returns the last one in a report of init; undefined: none has begun. Lines that it can't read are skipped */
export function readStacks(text: string): StacksReport | undefined {
  const lines = text.split(/\r?\n/);
  const from = lines.lastIndexOf(BEGIN);
  if (from === -1) return undefined;
  const told = lines.slice(from + 1);
  const end = told.indexOf("stacks end");
  const own = end === -1 ? told : told.slice(0, end);
  const said = new Map(own.flatMap((line) => saidIn(line)));
  const processes = own.flatMap((line) => processIn(line, said)).slice(0, MAX_PROCESSES);
  return { complete: end !== -1, processes };
}

/** @returns whether a line of init's report is one of these, and nothing else */
export function isOfStacks(line: string): boolean {
  return line === BEGIN || line === "stacks end" || PROCESS.test(line) || SAID.test(line);
}

function saidIn(line: string): [string, Uint8Array][] {
  const { source, said } = SAID.exec(line)?.groups ?? {};
  return source === undefined ? [] : [[source, Buffer.from(said ?? "", "base64")]];
}

function processIn(line: string, said: ReadonlyMap<string, Uint8Array>): ProcessDoing[] {
  const { source = "", state = "", ticks, of, wchan } = PROCESS.exec(line)?.groups ?? {};
  if (source === "") return [];
  const answer = said.get(source);
  return [
    {
      ...{ source, state, busy: Number(of) === 0 ? undefined : Math.min(1, Number(ticks) / Number(of)) },
      wchan: wchan === "0" ? undefined : wchan,
      said: answer === undefined || answer.length === 0 ? undefined : readInspectorSaid(answer),
    },
  ];
}
