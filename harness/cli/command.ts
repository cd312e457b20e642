import { parseArgs, type ParseArgsConfig } from "node:util";
import { HarnessError } from "../host/harness-error.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import type { WordKind } from "./completion/completed-words.ts";
import { formatExits, type Outcomes } from "./exit-codes.ts";
import type { ProgramOutput } from "./program-output.ts";

/** One option, as the parser, the help text and completion need it. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
  /** What its value is called in the help, e.g. `NAME`. FILE, FOLDER, RUN, PROFILE, SCENARIO, CASES and MARKER are completed as what they say. */
  readonly value?: string;
  /** All that its value may be, where that is little. */
  readonly words?: readonly string[];
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What a command may touch. */
export interface CommandIo {
  readonly stdout: ProgramOutput;
  readonly stderr: ProgramOutput;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted with the signal's name when the user wants out. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** After `usage: udpsec NAME`. */
  readonly usage: string;
  /** What it does and why one would want it; shown above the options. */
  readonly teaches: string;
  readonly options: OptionSpecs;
  /** What its arguments are; absent: there are none, or too many to complete them. */
  readonly takes?: WordKind;
  /** What its exit statuses mean, where that is more than passed, usage, interrupted. */
  readonly outcomes?: Outcomes;
  /** Options that users of other tools would try, and what there is instead. */
  readonly habits?: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
  /** @returns the exit status */
  run(parsed: ParsedArguments, io: CommandIo): Promise<number>;
}

/** Checked against the command's own options; reading one that it doesn't have is a bug. */
export class ParsedArguments {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];

  constructor(values: Readonly<Record<string, unknown>>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  texts(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }
}

export const HELP_OPTION: OptionSpecs = { help: { type: "boolean", help: "this text" } };

export function usageError(message: string, hint: string): HarnessError {
  return new HarnessError("usage", message, hint);
}

/** @throws HarnessError `usage` that names the nearest option */
export function parseCommandArguments(command: Command, args: readonly string[]): ParsedArguments {
  const specs: OptionSpecs = { ...command.options, ...HELP_OPTION };
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type, multiple }] of Object.entries(specs)) options[name] = { type, multiple: multiple ?? false };
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    // Own keys only: `--constructor` is no option.
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined) throw unknownOption(command, token.rawName, Object.keys(specs));
    // `--seed --json` forgot the seed; `--seed=--json` says that it is meant.
    const isNext = token.value?.startsWith("--") === true && !token.inlineValue;
    if (spec.type === "string" && (token.value === undefined || token.value === "" || isNext)) {
      throw usageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value ?? "VALUE"}`, helpHint(command));
    }
    if (spec.type === "boolean" && token.value !== undefined) {
      throw usageError(`${token.rawName} takes no value`, helpHint(command));
    }
  }
  return new ParsedArguments(values, positionals);
}

/** For commands that take options alone. @throws HarnessError `usage` */
export function refuseArguments(name: string, { positionals: [stray] }: ParsedArguments): void {
  if (stray === undefined) return;
  throw usageError(`udpsec ${name} takes no argument ${stray}`, `udpsec ${name} --help explains the options`);
}

function unknownOption(command: Command, rawName: string, known: readonly string[]): HarnessError {
  const name = rawName.replace(/^-+/, "");
  const { habits = {} } = command;
  if (Object.hasOwn(habits, name))
    return usageError(`udpsec ${command.name} has no option ${rawName}`, habits[name] ?? helpHint(command));
  const near = nearestName(name, known);
  const hint = near === undefined ? helpHint(command) : `did you mean --${near}? ${helpHint(command)}`;
  return usageError(`udpsec ${command.name} has no option ${rawName}`, hint);
}

function helpHint({ name }: Command): string {
  return `udpsec ${name} --help explains the options`;
}

/** @returns the whole text of `udpsec NAME --help` */
export function formatHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...HELP_OPTION }).map(([name, spec]): [string, string] => {
    return [`--${name}${spec.value === undefined ? "" : ` ${spec.value}`}`, spec.help];
  });
  const width = Math.max(...options.map(([left]) => left.length));
  return [
    `usage: udpsec ${command.name} ${command.usage}`,
    "",
    command.teaches.trim(),
    "",
    "options",
    ...options.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    "",
    "exit status",
    ...formatExits(command.outcomes ?? {}),
    "",
    "examples",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

export function writeJson(io: CommandIo, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
