import type { ConsoleRecord } from "../runtime/virtual-console.ts";

/** What a run of daemons and self-tests came to. */
export interface BusOutcome {
  readonly virtualMs: number;
  /** Everything printed, in order. */
  readonly records: readonly ConsoleRecord[];
  /** By node: whether all its probes passed. */
  readonly selftests: ReadonlyMap<string, boolean>;
  /** When a first message of the UDP handshake left a node. */
  readonly msg1Ms: readonly { readonly node: string; readonly atMs: number }[];
  readonly traceHash: string;
}

/** @returns the marker lines of a node, in order */
export function markersOf(outcome: BusOutcome, node: string): string[] {
  return outcome.records.filter((record) => record.node === node && record.kind === "marker").map(({ text }) => text);
}
