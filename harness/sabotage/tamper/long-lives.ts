/** Machines that live for longer than they did: what takes too long on the wire is then a matter of the protocol alone. */
import type { RecordedRun } from "../recordings/recording.ts";

const LONG_S = 1_000_000;

export function livingLonger(run: RecordedRun): RecordedRun {
  return withLife(run, LONG_S);
}

/** @param seconds of the guest's uptime when its processes had ended, as init reports it */
export function withLife(run: RecordedRun, seconds: number): RecordedRun {
  const edit = (text: string): string => text.replace(/fact agent_end_s \S+/, `fact agent_end_s ${seconds}`);
  return { ...run, nodes: run.nodes.map((node) => ({ ...node, init: edit(node.init) })) };
}
