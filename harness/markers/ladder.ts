import type { ConsoleLine } from "../console/line-assembler.ts";
import type { EventDamage } from "../console/event-collector.ts";
import { seconds } from "../host/seconds.ts";
import {
  placeName,
  type RunFailure,
  type LadderNote,
  type LadderSpec,
  type MarkerPlace,
  type RungState,
} from "./ladder-spec.ts";
import type { Manifest } from "./manifest.ts";
import { NodeLadderMatcher, type LadderStep } from "./node-ladder.ts";
import { reconcileChannels } from "./reconcile.ts";

/** Two consoles are read from two files: arrival times closer than this don't tell which came first. */
export const ORDER_TOLERANCE_MS = 150;

/** How the machine of a node ended, as far as its ladder is concerned. */
export type NodeEnding = "in-order" | "cut-off";

/** The ladders of all machines of a run. Pure: the run feeds it lines, events and the clock. */
export class Ladder {
  readonly #nodes: ReadonlyMap<string, NodeLadderMatcher>;
  readonly #spec: LadderSpec;

  constructor(spec: LadderSpec, manifest: Manifest) {
    this.#spec = spec;
    this.#nodes = new Map(
      spec.nodes.map((node) => {
        const elsewhere = spec.nodes
          .filter((other) => other !== node)
          .flatMap((other) => other.rungs.map((r) => r.marker));
        return [node.node, new NodeLadderMatcher(node, manifest, new Set(elsewhere))];
      }),
    );
  }

  get rungs(): RungState[] {
    return [...this.#nodes.values()].flatMap((node) => node.rungs);
  }

  get complete(): boolean {
    return [...this.#nodes.values()].every((node) => node.complete);
  }

  nodeComplete(node: string): boolean {
    return this.#node(node).complete;
  }

  /** @returns the first rung of a node that is not complete on its console */
  waitingFor(node: string): RungState | undefined {
    return this.#node(node).waitingFor;
  }

  isReached(place: MarkerPlace): boolean {
    return this.#reachedMs(place) !== undefined;
  }

  booted(node: string, atMs: number): void {
    this.#node(node).booted(atMs);
  }

  /** The machine of a node was reset: what its consoles show from here on is of its next boot. */
  rebooted(node: string, atMs: number): LadderStep[] {
    return this.#node(node).rebooted(atMs);
  }

  line(node: string, line: ConsoleLine): LadderStep[] {
    const steps = this.#node(node).line(line);
    const reached = steps.some((step) => step.kind === "rung");
    return reached ? [...steps, ...this.#orderFailures()] : steps;
  }

  markerEvent(node: string, text: string, atMs: number): LadderStep[] {
    return this.#node(node).event(text, atMs);
  }

  /**
   * A machine's next rung may be caused on another one: budgets count from when all have booted.
   *
   * @param scale factor on all budgets @param bootBudgetMs from 0 to the first sign of the guest's init
   * @param lastByteMs when anything last came from a node
   * @returns what is overdue at `nowMs`, if anything
   */
  overdue(
    nowMs: number,
    scale: number,
    bootBudgetMs: number,
    lastByteMs: (node: string) => number | undefined,
  ): RunFailure | undefined {
    const boots = [...this.#nodes.values()].flatMap(({ bootedMs }) => bootedMs ?? []);
    const allBootedMs = boots.length === this.#nodes.size ? Math.max(...boots) : undefined;
    for (const [name, node] of this.#nodes) {
      const rung = node.waitingFor;
      if (rung === undefined) continue;
      const waiting = node.waitingSinceMs;
      if (waiting !== undefined && allBootedMs === undefined) continue;
      const since = waiting === undefined ? undefined : Math.max(waiting, allBootedMs ?? waiting);
      const limitMs = since === undefined ? bootBudgetMs : rung.budgetMs * scale;
      const waitedMs = nowMs - (since ?? 0);
      if (waitedMs <= limitMs) continue;
      const lastByte = lastByteMs(name);
      const silent = lastByte === undefined || lastByte <= (since ?? 0);
      const code = node.skipped ? "missing" : silent ? "silent" : "hung";
      const detail =
        since === undefined
          ? `no sign of the guest's init within ${seconds(limitMs)}`
          : `"${rung.text}" not within ${seconds(limitMs)} (budget ${seconds(rung.budgetMs)} x scale ${scale.toFixed(2)})`;
      return { code, node: name, marker: rung.marker, detail, atMs: nowMs };
    }
    return undefined;
  }

  /** @returns the first rung that is missing on a node, with what that means once the machine has ended in order */
  missing(node: string): RunFailure | undefined {
    const matcher = this.#node(node);
    const rung = matcher.waitingFor;
    if (rung === undefined) return undefined;
    const code = matcher.skipped ? "missing" : "exited";
    const times = rung.count > 1 ? ` (${rung.seen} of ${rung.count} times)` : "";
    return { code, node, marker: rung.marker, detail: `"${rung.text}" never appeared${times}`, atMs: undefined };
  }

  /** All consoles ended: what only the whole run can tell. */
  finish(
    endings: ReadonlyMap<string, NodeEnding>,
    damage: ReadonlyMap<string, readonly EventDamage[]>,
  ): { failures: RunFailure[]; notes: LadderNote[] } {
    const failures: RunFailure[] = [];
    const notes: LadderNote[] = [];
    for (const [name, node] of this.#nodes) {
      node.end();
      const inOrder = endings.get(name) === "in-order";
      const result = reconcileChannels(node, damage.get(name) ?? [], inOrder);
      failures.push(...result.failures);
      notes.push(...node.notes, ...result.notes);
      const missing = this.missing(name);
      const explained = result.failures.some((failure) => failure.marker === missing?.marker);
      if (missing !== undefined && !explained) failures.push(missing);
    }
    failures.push(...this.#orderFailures().flatMap((step) => (step.kind === "failure" ? step.failure : [])));
    return { failures, notes };
  }

  #orderFailures(): LadderStep[] {
    return this.#spec.order.flatMap(({ before, after }) => {
      const first = this.#reachedMs(before);
      const second = this.#reachedMs(after);
      if (first === undefined || second === undefined || first <= second + ORDER_TOLERANCE_MS) return [];
      const detail = `${before.node}: "${before.marker}" came ${seconds(first - second)} after ${after.node}: "${after.marker}"`;
      const failure: RunFailure = {
        code: "out-of-order",
        node: before.node,
        marker: before.marker,
        detail,
        atMs: first,
      };
      return [{ kind: "failure", failure }];
    });
  }

  #reachedMs(place: MarkerPlace): number | undefined {
    const name = placeName(place);
    return this.#node(place.node).rungs.find((rung) => rung.place === name)?.reachedMs;
  }

  #node(name: string): NodeLadderMatcher {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new RangeError(`no node ${name} in this ladder`);
    return node;
  }
}
