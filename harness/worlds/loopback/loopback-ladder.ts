/**
 * What the processes of the local world must say: a fixed set of rungs, each once, in the order of its process. A marker that is in no list, in another
 * process or said twice fails the run, as it does in a machine.
 */
import type { Manifest } from "../../markers/manifest.ts";

/** One sentence on what went wrong, with a code that `udpsec explain` knows. */
export interface LoopbackFailure {
  readonly code: string;
  readonly source: string;
  readonly detail: string;
  /** Of an error that nobody caught: in terms of the sources. */
  readonly trace?: readonly string[];
}

/** A marker's id, or `probe NAME` of a probe that has none. */
type RungName = string;

const OF_DAEMON: readonly RungName[] = ["listener-up", "session-ok", "selected-udp-sec", "mux-data-ok"];
const OF_BOTH: readonly RungName[] = [
  "probe many-streams",
  "probe reset",
  "probe half-close",
  "identity-reject-ok",
  "probe reconnect",
];

/** By process. The third and the fourth daemon are second lives: each self-test has its own restarted. */
const RUNGS: Readonly<Record<string, readonly RungName[]>> = {
  dsoftbusd: OF_DAEMON,
  "dsoftbusd-2": OF_DAEMON,
  selftest: ["control-ok", "bulk-ok", "backpressure-ok", ...OF_BOTH],
  "selftest-2": ["fallback-ok", ...OF_BOTH],
  "dsoftbusd-3": OF_DAEMON,
  "dsoftbusd-4": OF_DAEMON,
};
/** Its self-test, over TCP, may have it restarted before a session over udp-sec stands: said or not, but in order and once. */
const MAY_MISS: Readonly<Record<string, readonly RungName[]>> = {
  "dsoftbusd-2": ["session-ok", "selected-udp-sec", "mux-data-ok"],
};
/** They say so with a marker. */
const PROBES_WITH_MARKER: ReadonlySet<string> = new Set([
  ...["control", "bulk", "backpressure", "fallback", "rng-gate", "identity-reject", "peer-loss"],
]);

export const SELFTESTS: readonly string[] = Object.keys(RUNGS).filter((source) => source.startsWith("selftest"));
/** Those without which a run fails. */
export const RUNG_COUNT = Object.keys(RUNGS).flatMap(requiredOf).length;

function requiredOf(source: string): readonly RungName[] {
  return (RUNGS[source] ?? []).filter((rung) => MAY_MISS[source]?.includes(rung) !== true);
}

export class LoopbackLadder {
  readonly #manifest: Manifest;
  readonly #reached = new Map<string, Set<RungName>>();

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  get complete(): boolean {
    return Object.keys(RUNGS).every((source) => this.#missingOf(source).length === 0);
  }

  /** @returns what is wrong with it; undefined: it is a rung */
  marker(source: string, text: string): LoopbackFailure | undefined {
    const match = this.#manifest.match(text);
    if (match === undefined) return { code: "unknown-marker", source, detail: `not in the list of markers: ${text}` };
    return this.#take(source, match.marker.id, text);
  }

  /** Whether the probe is a rung by itself: it has no marker. */
  isRung(probe: string): boolean {
    return !PROBES_WITH_MARKER.has(probe);
  }

  /** @returns what is wrong with it; undefined: it is a rung */
  probe(source: string, probe: string): LoopbackFailure | undefined {
    return this.#take(source, `probe ${probe}`, `probe ${probe}`);
  }

  /** @returns the first rung of each process that never came */
  missing(): LoopbackFailure[] {
    return Object.entries(RUNGS).flatMap(([source, rungs]) => {
      const [next] = this.#missingOf(source);
      if (next === undefined) return [];
      const detail = `never reached: ${this.#textOf(next)} (${this.#of(source).size} of ${rungs.length} rungs)`;
      return [{ code: "missing", source, detail }];
    });
  }

  #missingOf(source: string): readonly RungName[] {
    return requiredOf(source).filter((rung) => !this.#of(source).has(rung));
  }

  /** @returns whether no self-test has a rung before it; what daemons lack may still come */
  get selftestsComplete(): boolean {
    return SELFTESTS.every((source) => this.#missingOf(source).length === 0);
  }

  #take(source: string, rung: RungName, text: string): LoopbackFailure | undefined {
    const rungs = RUNGS[source] ?? [];
    const reached = this.#of(source);
    const at = rungs.indexOf(rung);
    if (at === -1) return { code: "wrong-node", source, detail: `not one of this process's rungs: ${text}` };
    if (reached.has(rung)) return { code: "duplicate", source, detail: `said twice: ${text}` };
    const later = rungs.slice(at).find((other) => reached.has(other));
    reached.add(rung);
    if (later === undefined) return undefined;
    return { code: "out-of-order", source, detail: `${text} came after ${this.#textOf(later)}` };
  }

  #textOf(rung: RungName): string {
    return this.#manifest.get(rung)?.text ?? rung;
  }

  #of(source: string): Set<RungName> {
    const reached = this.#reached.get(source) ?? new Set();
    this.#reached.set(source, reached);
    return reached;
  }
}
