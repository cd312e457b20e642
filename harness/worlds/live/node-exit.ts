import { printable } from "../../console/printable.ts";
import type { MachineExit } from "../../qemu/machine-exit.ts";

/** How a node ended: a machine, or (`process-exit`, status 0) a process on the host. */
export type NodeExit = MachineExit | { readonly kind: "process-exit" };

/** @returns whether what ran there came to its own end: nothing was cut off on its way to us */
export function isInOrder(exit: NodeExit | undefined): boolean {
  return exit?.kind === "guest-shutdown" || exit?.kind === "process-exit";
}

/**
 * How a machine was meant to end. `last-marker` and `none` are guests that don't end by themselves, ended when the run had seen what it
 * came for; `ended-by-us` is any that was ended before.
 */
export type ExpectedEnding = "power-off" | "last-marker" | "none" | "ended-by-us" | "killed";

/** @returns more about an exit: a status, a signal, what QEMU said last; undefined where its kind says it all */
export function exitDetail(exit: NodeExit): string | undefined {
  if (exit.kind === "stopped") return exit.status;
  if (exit.kind === "died-after-power-off") return exit.how;
  if (exit.kind === "control-lost" || exit.kind === "flooded") return exit.detail;
  if (exit.kind === "signal") return exit.signal;
  if (exit.kind === "error") return lastLine(exit.stderr);
  return undefined;
}

function lastLine(text: string): string {
  return printable(text.trimEnd().split("\n").at(-1) ?? "");
}
