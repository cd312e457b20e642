/** What a shell completes is drawn from the commands' own options: it can't differ from them. */
import { HELP_OPTION, type Command, type OptionSpec } from "./command.ts";
import type { CompletedCommand, CompletedOption, WordKind } from "./completion/completed-words.ts";

/** What the help calls a value is what it is. */
const KINDS: Readonly<Record<string, WordKind>> = { FILE: "file", FOLDER: "folder", RUN: "run", PROFILE: "profile" };
const NAMED_FILE = "[=FILE]";

export function completedCommand({ name, summary, options, takes }: Command): CompletedCommand {
  const specs = Object.entries({ ...options, ...HELP_OPTION });
  return { name, summary, takes, options: specs.map(([option, spec]) => completedOption(option, spec)) };
}

function completedOption(name: string, { type, multiple, value = "VALUE", help, words }: OptionSpec): CompletedOption {
  const isRepeatable = multiple ?? false;
  if (type === "boolean") return { name: `--${name}`, help, value: undefined, isRepeatable };
  const kind = words ?? (Object.hasOwn(KINDS, value) ? KINDS[value] : undefined);
  return {
    ...{ name: `--${name}`, help, isRepeatable },
    value: { called: value, kind, mayNameFile: value.endsWith(NAMED_FILE) },
  };
}
