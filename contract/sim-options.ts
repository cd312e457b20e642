/**
 * The options of `udpsec sim`, told once. The command parses them and makes its help of them; the program that runs the scenarios, which
 * shares no other code with the command, is given what was parsed and checks what only it can know.
 */

/** What a number may be. */
interface OptionRange {
  readonly least: number;
  readonly most: number;
}

interface SimOption {
  readonly type: "string" | "boolean";
  /** What its value is called in the help. */
  readonly value?: string;
  /** All that its value may be, where that is little. */
  readonly words?: readonly string[];
  readonly help: string;
  readonly range?: OptionRange;
}

export const SIM_OPTIONS = {
  scenario: { type: "string", value: "SCENARIO", help: "which one; all: every one of them" },
  seeds: { type: "string", value: "A..B", help: "a range of seeds, both included (default 1..10)" },
  seed: { type: "string", value: "N", help: "one seed" },
  loss: number("P", "random loss in both directions instead of the scenario's own", { least: 0, most: 1 }),
  "delay-ms": number("MS", "one-way delay", { least: 0, most: 10_000 }),
  "rate-mbps": number("MBPS", "rate of the link", { least: 0.001, most: 100_000 }),
  bytes: number("N", "what each dial sends", { least: 0, most: 1024 ** 3 }),
  crypto: {
    type: "string",
    value: "KIND",
    words: ["native", "noble", "sodium"],
    help: "native (default), noble, or sodium where it is installed",
  },
  trace: { type: "string", value: "FILE", help: "writes the qlog of one run, a trace for each node; with --seed" },
  capture: { type: "string", value: "FILE", help: "writes the frames of one run (pcapng); with --seed" },
  secrets: { type: "string", value: "FILE", help: "writes what opens the sessions of one run; with --seed" },
  json: { type: "boolean", help: "one JSON object on stdout" },
  list: { type: "boolean", help: "the scenarios and what each proves" },
} as const satisfies Readonly<Record<string, SimOption>>;

export type SimOptionName = keyof typeof SIM_OPTIONS;

/** Those whose value is a number of a range. */
export type SimNumberName = {
  [Name in SimOptionName]: (typeof SIM_OPTIONS)[Name] extends { range: OptionRange } ? Name : never;
}[SimOptionName];

/** What a command line said: texts as they were written, and `true` for flags. */
export type SimValues = {
  readonly [Name in SimOptionName]?: (typeof SIM_OPTIONS)[Name]["type"] extends "boolean" ? true : string;
};

/** How the values get from one process to the other: one argument. */
export function formatSimValues(values: SimValues): string {
  return JSON.stringify(values);
}

/** @param argument made by `formatSimValues` @throws RangeError for anything else: a bug of whoever started the program */
export function parseSimValues(argument: string | undefined): SimValues {
  const value: unknown = argument?.startsWith("{") === true ? JSON.parse(argument) : undefined;
  if (typeof value !== "object" || value === null) throw new RangeError("this program is started by udpsec sim");
  const options: Readonly<Record<string, SimOption>> = SIM_OPTIONS;
  const wrong = Object.entries(value).find(([name, given]) => {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    return option === undefined || (option.type === "boolean" ? given !== true : typeof given !== "string");
  });
  if (wrong !== undefined) throw new RangeError(`udpsec sim has no ${wrong[0]} of ${JSON.stringify(wrong[1])}`);
  return value;
}

function number(value: string, help: string, range: OptionRange) {
  return { type: "string", value, help: `${help} (${range.least} to ${range.most})`, range } as const;
}
