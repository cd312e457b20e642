import { isAbsolute, join, resolve } from "node:path";
import { buildFolder } from "../host/package-assets.ts";
import type { CommandIo, OptionSpecs, ParsedArguments } from "./command.ts";

/** Of commands that look at runs. */
export const RUNS_FOLDER_OPTION: OptionSpecs = {
  "output-dir": {
    type: "string",
    value: "FOLDER",
    help: "where runs are looked for (default: LOG_DIR, else build/runs)",
  },
};

/** @returns absolute: `--output-dir`, else LOG_DIR, else build/runs */
export function runsFolderOf(parsed: ParsedArguments, { environment }: Pick<CommandIo, "environment">): string {
  const given = parsed.text("output-dir") ?? environment["LOG_DIR"] ?? "";
  if (given === "") return join(buildFolder(), "runs");
  return isAbsolute(given) ? given : resolve(given);
}
