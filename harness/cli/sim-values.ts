import { SIM_OPTIONS, type SimOptionName, type SimValues } from "../../contract/sim-options.ts";
import type { ParsedArguments } from "./command.ts";

const NAMES = Object.keys(SIM_OPTIONS) as readonly SimOptionName[];

/** @param names of the options that count; without it all of `udpsec sim` @returns what was given of them */
export function simValuesOf(parsed: ParsedArguments, names: readonly SimOptionName[] = NAMES): SimValues {
  const given = names.map((name) => {
    const value = SIM_OPTIONS[name].type === "boolean" ? parsed.flag(name) || undefined : parsed.text(name);
    return [name, value] as const;
  });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
