/** A run that has failed, held for whoever wants to look at its machines before they are ended. */
import type { HeldRun } from "../request/run-reporter.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";

export interface Hold extends Pick<HeldRun, "failure" | "folder" | "limitMs"> {
  readonly nodes: readonly LiveNode[];
  readonly onHeld: (held: HeldRun) => void;
  /** The user's: aborted, it is over. */
  readonly signal: AbortSignal;
}

/** Lets every machine stand still that can. @returns once the user, somebody at a machine's door, the machines themselves or the limit ends it */
export async function holdRun({ nodes, onHeld, signal, ...held }: Hold): Promise<void> {
  const alive = nodes.filter(({ machine, exit }) => machine !== undefined && exit === undefined);
  if (alive.length === 0 || signal.aborted) return;
  for (const node of alive) if (node.machine?.pause !== undefined) await node.pause().catch(() => undefined);
  const machines = alive.flatMap((node) => {
    const state = node.isPaused ? ("paused" as const) : ("running" as const);
    return node.hasDoor ? [{ name: node.name, state }] : [];
  });
  let timer: NodeJS.Timeout | undefined;
  const asked = new Promise<void>((resolve) => {
    for (const node of alive) node.onEndAsked = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    timer = setTimeout(resolve, held.limitMs);
  });
  onHeld({ ...held, machines });
  await Promise.race([asked, Promise.all(alive.flatMap(({ machine }) => machine?.exited ?? []))]);
  clearTimeout(timer);
  for (const node of alive) node.onEndAsked = undefined;
}
