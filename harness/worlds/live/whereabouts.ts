/** Where a run that gets nowhere is: asked of its machines before they are ended, and bounded, since they may not answer. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { readStacks, STACKS_LINE, type StacksReport } from "../../guests/stacks-report.ts";
import type { ProcessDoing } from "../../host/inspector/process-doing.ts";
import { within } from "../../host/supervised-child.ts";
import { describeProcessors, readProcessors, type ProcessorState } from "../../qemu/processors.ts";
import type { LiveNode } from "./live-node.ts";

/** Of one node. */
export interface Whereabouts {
  readonly node: string;
  readonly processes: readonly ProcessDoing[];
  /** A line for each processor of a machine. */
  readonly processors: readonly string[];
  /** Its init was asked for its processes, and did not answer to the end. */
  readonly isMute: boolean;
}

/** How long a guest may take to begin, and to end; on a slow machine up to three times as long. */
const BEGIN_MS = 5_000;
const END_MS = 30_000;
const MAX_SCALE = 3;
const POLL_MS = 100;
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 25;
const REGISTERS_MS = 2_000;

/**
 * @param scale how much slower than the reference the machines are
 * @param signal aborted: who waits for the end of the run waits no longer for this
 * @returns of each node that runs what could be found out
 */
export async function whereaboutsOf(
  nodes: readonly LiveNode[],
  { scale, signal }: { readonly scale: number; readonly signal: AbortSignal },
): Promise<Whereabouts[]> {
  const running = nodes.filter(({ machine, exit }) => machine !== undefined && exit === undefined);
  const limits = Math.min(MAX_SCALE, Math.max(1, scale));
  return Promise.all(running.map((node) => whereaboutsOfOne(node, limits, signal)));
}

async function whereaboutsOfOne(node: LiveNode, scale: number, signal: AbortSignal): Promise<Whereabouts> {
  // Before anything is asked of the guest: it would be seen answering.
  const processors = await processorsOf(node);
  const onHost = await node.machine?.processes?.((pid) => node.processNames.get(pid));
  if (onHost !== undefined) return { node: node.name, processes: onHost, processors, isMute: false };
  const canType = node.machine?.type !== undefined && node.bootMs !== undefined;
  const canTell = canType && node.planned.plan.kind.can.has("stacks");
  const report = canTell ? await askInit(node, scale, signal) : undefined;
  return {
    ...{ node: node.name, processors, processes: report?.processes ?? [] },
    isMute: canTell && report?.complete !== true,
  };
}

async function processorsOf({ machine }: LiveNode): Promise<string[]> {
  const looks: ProcessorState[][] = [];
  const look = async (): Promise<void> => {
    for (let count = 0; count < LOOKS; count += 1) {
      if (count > 0) await sleep(BETWEEN_LOOKS_MS);
      const text = await machine?.registers?.();
      if (text !== undefined) looks.push(readProcessors(text));
    }
  };
  // A QEMU that refuses or is gone: what was seen until then.
  await within(
    look().catch(() => undefined),
    REGISTERS_MS,
  );
  return describeProcessors(looks);
}

async function askInit(node: LiveNode, scale: number, signal: AbortSignal): Promise<StacksReport | undefined> {
  const path = node.machine?.initLogPath;
  if (path === undefined) return undefined;
  node.type(STACKS_LINE, true);
  const startedMs = performance.now();
  for (;;) {
    const report = readStacks(await readFile(path, "utf8").catch(() => ""));
    const limitMs = (report === undefined ? BEGIN_MS : END_MS) * scale;
    const isOver = performance.now() - startedMs > limitMs || signal.aborted || node.exit !== undefined;
    if (report?.complete === true || isOver) return report;
    await sleep(POLL_MS);
  }
}
