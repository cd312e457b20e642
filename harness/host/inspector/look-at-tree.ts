import { readFile } from "node:fs/promises";
import { lookAtProcess } from "./look-at-process.ts";
import type { ProcessDoing } from "./process-doing.ts";

/** One agent and its processes are five. */
const MAX_PROCESSES = 32;

/**
 * Makes Node say nothing of its inspector, and lets each process that is started with the same words have a port of its own, once SIGUSR1 opens it.
 */
export const INSPECTABLE = ["--inspect-port=0", "--inspect-publish-uid=http"] as const;

/**
 * @param root a process that this one started
 * @param nameOf its name in events; undefined: it has said none
 * @returns what it does, and each that it started in turn
 */
export async function lookAtTree(root: number, nameOf: (pid: number) => string | undefined): Promise<ProcessDoing[]> {
  const pids = await treeOf(root);
  const doing = await Promise.all(pids.map((pid) => lookAtProcess(pid, nameOf(pid) ?? `process-${pid}`)));
  return doing.filter((one) => one !== undefined);
}

async function treeOf(root: number): Promise<number[]> {
  const found = [root];
  for (let at = 0; at < found.length && found.length < MAX_PROCESSES; at += 1) {
    const pid = found[at] ?? 0;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    found.push(...children.trim().split(" ").filter(Boolean).map(Number));
  }
  return found.slice(0, MAX_PROCESSES);
}
