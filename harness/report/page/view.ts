/** What is looked at: every part of the page shows this, and changes it. */
import type { PacketSelection, RunData } from "../model/run-data.ts";
import type { PacketColumns } from "../model/packet-columns.ts";
import type { LoadedRun } from "./load-run.ts";

export interface Looked {
  /** Where: all parts show what is there, ms. */
  readonly atMs: number;
  /** The span of the timeline, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only what is of this node. */
  readonly node: string | undefined;
  /** Only what has this text, in lower case. */
  readonly text: string;
  /** Only packets of these kinds; empty: all. */
  readonly kinds: ReadonlySet<string>;
  /** What somebody asked to see the packets of. */
  readonly asked: AskedPackets | undefined;
  /** Of the packets. */
  readonly row: number | undefined;
  /** Whose console is shown. */
  readonly console: string;
  readonly rung: number | undefined;
  /** Goes up when there is more of a run that still goes on. */
  readonly version: number;
}

export interface AskedPackets {
  readonly label: string;
  readonly about: PacketSelection;
  readonly cited: readonly number[];
}

type Listener = (now: Looked, changed: ReadonlySet<keyof Looked>) => void;

const LEAST_SPAN_MS = 0.05;

export class View {
  #loaded: LoadedRun;
  #now: Looked;
  readonly #listeners: Listener[] = [];

  constructor(loaded: LoadedRun) {
    this.#loaded = loaded;
    const { moment, nodes, endMs } = loaded.data;
    this.#now = {
      ...{ atMs: moment.atMs, fromMs: 0, toMs: Math.max(1, endMs * 1.02), node: undefined, text: "", kinds: new Set() },
      ...{ asked: undefined, row: undefined, rung: moment.rung, version: 0 },
      console: moment.node ?? nodes[0]?.name ?? "",
    };
  }

  get data(): RunData {
    return this.#loaded.data;
  }

  get columns(): PacketColumns {
    return this.#loaded.columns;
  }

  get now(): Looked {
    return this.#now;
  }

  /** @returns the span of the whole run */
  get whole(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: 0, toMs: Math.max(1, this.data.endMs * 1.02) };
  }

  /** There is more of the run. Who looked at its end or at the whole of it goes on doing so; all others stay where they are. */
  update(loaded: LoadedRun): void {
    const { moment: before } = this.data;
    const wasWhole = this.#now.toMs === this.whole.toMs && this.#now.fromMs === 0;
    const wasThere = this.#now.atMs === before.atMs && this.#now.row === undefined;
    this.#loaded = loaded;
    const { moment, nodes } = loaded.data;
    this.set({
      version: this.#now.version + 1,
      ...(wasWhole ? this.whole : {}),
      ...(wasThere ? { atMs: moment.atMs, rung: moment.rung } : {}),
      console: this.#now.console === "" ? (moment.node ?? nodes[0]?.name ?? "") : this.#now.console,
    });
  }

  onChange(listener: Listener): void {
    this.#listeners.push(listener);
    listener(this.#now, new Set(Object.keys(this.#now) as (keyof Looked)[]));
  }

  set(change: Partial<Looked>): void {
    const next = { ...this.#now, ...change };
    const keys = Object.keys(change) as (keyof Looked)[];
    const changed = new Set(keys.filter((key) => next[key] !== this.#now[key]));
    if (changed.size === 0) return;
    this.#now = next;
    for (const listener of this.#listeners) listener(next, changed);
  }

  /** Goes there; the timeline follows if it doesn't show it. */
  goTo(atMs: number, more: Partial<Looked> = {}): void {
    const { fromMs, toMs } = this.#now;
    const isShown = atMs >= fromMs && atMs <= toMs;
    const half = (toMs - fromMs) / 2;
    this.set({ atMs, ...(isShown ? {} : { fromMs: atMs - half, toMs: atMs + half }), ...more });
  }

  zoom(factor: number, aroundMs: number = this.#now.atMs): void {
    const { fromMs, toMs } = this.#now;
    const around = Math.min(Math.max(aroundMs, fromMs), toMs);
    const span = Math.max(LEAST_SPAN_MS, (toMs - fromMs) * factor);
    if (span >= this.whole.toMs) return this.set(this.whole);
    const left = ((around - fromMs) / (toMs - fromMs)) * span;
    this.set({ fromMs: around - left, toMs: around - left + span });
  }

  /** @param share of what is shown; to the right if positive */
  pan(share: number): void {
    const { fromMs, toMs } = this.#now;
    const by = (toMs - fromMs) * share;
    this.set({ fromMs: fromMs + by, toMs: toMs + by });
  }
}
