/** What a shell completes is drawn from the commands' own options: it can't differ from them. */
import { HELP_OPTION, type Command, type OptionSpec } from "./command.ts";
import type { CompletedCommand, CompletedOption, WordKind } from "./completion/completed-words.ts";

/** What the help calls a value is what it is. */
const KINDS: Readonly<Record<string, WordKind>> = { FILE: "file", FOLDER: "folder", RUN: "run", PROFILE: "profile" };
const NAMED_FILE = "[=FILE]";

/** @param names of what there is, by what the help calls it */
export function completedCommand(
  { name, summary, options, takes }: Command,
  names: Readonly<Record<string, readonly string[]>>,
): CompletedCommand {
  const specs = Object.entries({ ...options, ...HELP_OPTION });
  const kinds = { ...KINDS, ...names };
  return { name, summary, takes, options: specs.map(([option, spec]) => completedOption(option, spec, kinds)) };
}

function completedOption(
  name: string,
  { type, multiple, value = "VALUE", help, words }: OptionSpec,
  kinds: Readonly<Record<string, WordKind>>,
): CompletedOption {
  const isRepeatable = multiple ?? false;
  if (type === "boolean") return { name: `--${name}`, help, value: undefined, isRepeatable };
  const kind = words ?? (Object.hasOwn(kinds, value) ? kinds[value] : undefined);
  return {
    ...{ name: `--${name}`, help, isRepeatable },
    value: { called: value, kind, mayNameFile: value.endsWith(NAMED_FILE) },
  };
}
