import type { MachineExit } from "../../qemu/machine-exit.ts";

/** How a node ended: a machine, or (`process-exit`, status 0) a process on the host. */
export type NodeExit = MachineExit | { readonly kind: "process-exit" };

/** @returns whether what ran there came to its own end: nothing was cut off on its way to us */
export function isInOrder(exit: NodeExit | undefined): boolean {
  return exit?.kind === "guest-shutdown" || exit?.kind === "process-exit";
}

/** How a machine was meant to end. */
export type ExpectedEnding = "power-off" | "ended-by-us" | "killed";
