import { clockLine, execLine } from "../guests/control-line.ts";
import type { Profile } from "./schema.ts";

/** @returns the lines that a profile's actions type for the init of a node, which is to report each of them */
export function ordersTo({ action: actions }: Pick<Profile, "action">, node: string): string[] {
  return actions.flatMap((action) => {
    if (action.kind === "clock" && action.node === node) return clockLine(action.by);
    if (action.kind === "exec" && action.node === node) return execLine(action.command);
    return [];
  });
}
