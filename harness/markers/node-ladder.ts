import type { ConsoleLine } from "../console/line-assembler.ts";
import { findForbidden, type ForbiddenPattern } from "./forbidden-pattern.ts";
import {
  FIRST_BOOT,
  placeName,
  type RunFailure,
  type LadderNote,
  type NodeLadder,
  type RungSpec,
  type RungState,
} from "./ladder-spec.ts";
import { markerLine, type Manifest, type MarkerMatch } from "./manifest.ts";
import { MixedLines } from "./mixed-lines.ts";
import { TornLines } from "./torn-lines.ts";
import { UndeclaredLines } from "./undeclared-lines.ts";

export type LadderStep =
  /** A whole marker stood on the console, be it on the ladder or not. */
  | { readonly kind: "marker"; readonly text: string }
  | { readonly kind: "rung"; readonly rung: RungState }
  | { readonly kind: "failure"; readonly failure: RunFailure };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export interface Sighting {
  readonly text: string;
  readonly atMs: number;
}

/** Follows one machine's console and event port up its ladder. No clock, no file: lines and events in, steps out. */
export class NodeLadderMatcher {
  readonly spec: NodeLadder;
  readonly #manifest: Manifest;
  readonly #elsewhere: ReadonlySet<string>;
  readonly #torn: TornLines;
  readonly #rungs: Mutable<RungState>[];
  /** Every marker seen whole on the serial console, and every one delivered by the event port. */
  readonly serial: Sighting[] = [];
  readonly delivered: Sighting[] = [];
  /** First parts of markers whose rest never came. */
  readonly lostHeads: string[] = [];
  readonly notes: LadderNote[] = [];
  readonly #undeclared = new UndeclaredLines();
  readonly #mixed = new MixedLines();
  #bootedMs: number | undefined;
  /** The boot in which the machine is. */
  #boot = FIRST_BOOT;
  #resetMs: number | undefined;

  /** @param elsewhere markers on the ladders of other nodes */
  constructor(spec: NodeLadder, manifest: Manifest, elsewhere: ReadonlySet<string>) {
    this.spec = spec;
    this.#manifest = manifest;
    this.#elsewhere = elsewhere;
    this.#torn = new TornLines(manifest, spec.intrusion);
    const inOrder = spec.rungs.toSorted((a, b) => bootOf(a) - bootOf(b));
    this.#rungs = inOrder.map((rung) => ({
      ...rung,
      node: spec.node,
      place: placeName({ ...rung, node: spec.node }),
      text: manifest.get(rung.marker)?.text ?? rung.marker,
      reachedMs: undefined,
      tookMs: undefined,
      seen: 0,
      deliveredMs: undefined,
      delivered: 0,
      torn: false,
      fields: {},
    }));
  }

  get rungs(): readonly RungState[] {
    return this.#rungs;
  }

  /** From here the first rung's budget counts. */
  booted(atMs: number): void {
    this.#bootedMs ??= atMs;
  }

  get bootedMs(): number | undefined {
    return this.#bootedMs;
  }

  /** @returns the first rung that is not complete on the serial console, or undefined */
  get waitingFor(): RungState | undefined {
    return this.#rungs.find((rung) => rung.seen < rung.count);
  }

  /** When the budget of the rung that is waited for began; undefined before the boot. */
  get waitingSinceMs(): number | undefined {
    const reached = this.#rungs.flatMap((rung) => rung.reachedMs ?? []);
    const since = [...reached, ...(this.#resetMs === undefined ? [] : [this.#resetMs])];
    return since.length === 0 ? this.#bootedMs : Math.max(...since);
  }

  /** The machine was reset: what comes from here on is of its next boot, and what the last one should have shown never came. */
  rebooted(atMs: number): LadderStep[] {
    const ended = this.#boot;
    const left = this.#rungs.find((rung) => bootOf(rung) === ended && rung.seen < rung.count);
    this.#boot += 1;
    this.#resetMs = atMs;
    this.#giveUpTorn();
    if (left !== undefined) {
      const detail = `"${left.text}" had not come when the machine was reset (boot ${ended})`;
      return [this.#failure("missing", left.marker, detail, atMs)];
    }
    if (this.#rungs.some((rung) => bootOf(rung) > ended)) return [];
    return [this.#failure("crashed", undefined, `the guest was reset, and its ladder has no boot ${this.#boot}`, atMs)];
  }

  /** @returns where the bytes of a marker that is missing stand among others, if they do */
  mixedUp(text: string): string | undefined {
    return this.#mixed.find(text);
  }

  /** True if a rung after the one that is waited for was reached already. */
  get skipped(): boolean {
    const waiting = this.#rungs.findIndex((rung) => rung.seen < rung.count);
    return waiting !== -1 && this.#rungs.slice(waiting + 1).some((rung) => rung.seen > 0);
  }

  /** Every rung on the serial console, and on the event port where there is one. */
  get complete(): boolean {
    return this.#rungs.every(
      (rung) => rung.seen >= rung.count && (!this.spec.hasEventPort || rung.delivered >= rung.count),
    );
  }

  line(line: ConsoleLine): LadderStep[] {
    if (line.isEcho === true) return [];
    const { vocabulary } = this.spec;
    if (vocabulary !== undefined) {
      const shown = vocabulary.markers.matches(line.text);
      if (shown.length === 0) return this.#ordinary(line);
      return [...shown.flatMap((match) => this.#markerSteps(match, line, false)), ...this.#besides(shown, line)];
    }
    const match = this.#manifest.match(line.text);
    if (match !== undefined) return this.#markerSteps(match, line, false);
    // Linux writes into the lines of its main console alone.
    if (line.console !== undefined) return this.#ordinary(line);
    const mended = this.#torn.push(line.text);
    if (mended.kind === "whole") return this.#markerSteps(mended.match, line, true);
    if (mended.kind === "part") return [];
    if (mended.kind === "lost") this.lostHeads.push(mended.head);
    return this.#ordinary(line);
  }

  /** A marker that the event port delivered. */
  event(text: string, atMs: number): LadderStep[] {
    const match = this.#manifest.match(text);
    if (match === undefined) return [this.#failure("unknown-marker", undefined, `event port: ${text}`, atMs)];
    this.delivered.push({ text, atMs });
    const rung = this.#rungs[this.#indexOf(match.marker.id)];
    if (rung === undefined) return [];
    rung.delivered++;
    rung.deliveredMs ??= atMs;
    return [];
  }

  /** The console ended. */
  end(): void {
    this.#giveUpTorn();
    const undeclared = this.#undeclared.note();
    if (undeclared !== undefined)
      this.notes.push({ code: "undeclared-lines", node: this.spec.node, detail: undeclared });
  }

  #giveUpTorn(): void {
    const left = this.#torn.end();
    if (left.kind === "lost") this.lostHeads.push(left.head);
  }

  /** @returns of a marker's rung in this boot, -1: it has none */
  #indexOf(marker: string): number {
    return this.#rungs.findIndex((rung) => rung.marker === marker && bootOf(rung) === this.#boot);
  }

  /** A line may hold a marker and something forbidden beside it. What a marker says itself was declared. */
  #besides(shown: readonly MarkerMatch[], line: ConsoleLine): LadderStep[] {
    const patterns = this.spec.forbidden.filter(
      ({ pattern }) => !shown.some(({ marker }) => pattern.test(marker.text)),
    );
    const forbidden = findForbidden(line.text, patterns);
    return forbidden === undefined ? [] : [this.#forbidden(forbidden, line)];
  }

  #ordinary(line: ConsoleLine): LadderStep[] {
    this.#mixed.add(line.text);
    const forbidden = findForbidden(line.text, this.spec.forbidden);
    if (forbidden !== undefined) return [this.#forbidden(forbidden, line)];
    // A console that was cut off in the middle of a line claims nothing.
    if (line.cut || !this.spec.claim.test(line.text)) return [];
    if (this.spec.vocabulary?.undeclared !== "note")
      return [this.#failure("unknown-marker", undefined, `not in the list of markers: ${line.text}`, line.atMs)];
    this.#undeclared.add(line.text);
    return [];
  }

  #forbidden({ code, name }: ForbiddenPattern, line: ConsoleLine): LadderStep {
    return this.#failure(code, undefined, `${name}: ${line.text}`, line.atMs);
  }

  #markerSteps(match: MarkerMatch, line: ConsoleLine, torn: boolean): LadderStep[] {
    const text = torn ? markerLine(match.marker.text, match.fields) : line.text;
    this.serial.push({ text, atMs: line.atMs });
    if (torn) this.notes.push({ code: "torn-but-delivered", node: this.spec.node, detail: text });
    return [{ kind: "marker", text }, ...this.#climb(match, text, line, torn)];
  }

  #climb(match: MarkerMatch, text: string, { atMs, console }: ConsoleLine, torn: boolean): LadderStep[] {
    const { id } = match.marker;
    const index = this.#indexOf(id);
    const rung = this.#rungs[index];
    const refused = this.spec.vocabulary?.refused.get(id);
    if (refused !== undefined) return [this.#failure("forbidden", id, `${text}: ${refused}`, atMs)];
    if (rung === undefined) return this.#offLadder(id, text, atMs);
    if (rung.console !== console) return [this.#failure("forbidden", id, `${text}: ${elsewhere(console, rung)}`, atMs)];
    const since = this.waitingSinceMs;
    rung.seen++;
    if (rung.seen > rung.count && rung.orMore !== true) {
      return [this.#failure("duplicate", id, `${text} (${rung.seen} times, expected ${rung.count})`, atMs)];
    }
    if (rung.seen > 1) return [];
    rung.reachedMs = atMs;
    rung.tookMs = since === undefined ? undefined : atMs - since;
    rung.torn = torn;
    rung.fields = match.fields;
    const step: LadderStep = { kind: "rung", rung: { ...rung } };
    const later = this.#laterRungs(index).find((other) => other.seen > 0);
    if (later === undefined) return [step];
    return [step, this.#failure("out-of-order", id, `"${rung.text}" came after "${later.text}"`, atMs)];
  }

  /** @returns those that may not have come before this one */
  #laterRungs(index: number): readonly RungState[] {
    const { order } = this.spec;
    const console = this.#rungs[index]?.console;
    // Two consoles are read from two files: which of them showed something first is not known so exactly.
    if (order === "strict") return this.#rungs.slice(index + 1).filter((other) => other.console === console);
    const phase = this.#rungs[index]?.phase;
    if (order === "any" || phase === undefined) return [];
    return this.#rungs.filter((other) => other.phase !== undefined && other.phase.order > phase.order);
  }

  #offLadder(id: string, text: string, atMs: number): LadderStep[] {
    if (this.spec.allowed.includes(id)) return [];
    const other = this.#rungs.find((rung) => rung.marker === id);
    if (other !== undefined)
      return [this.#failure("forbidden", id, `${text} is of boot ${bootOf(other)}, not of boot ${this.#boot}`, atMs)];
    if (this.#elsewhere.has(id)) {
      return [this.#failure("wrong-node", id, `${text} belongs to another node`, atMs)];
    }
    return [this.#failure("forbidden", id, `${text} is forbidden in this profile`, atMs)];
  }

  #failure(code: RunFailure["code"], marker: string | undefined, detail: string, atMs: number): LadderStep {
    return { kind: "failure", failure: { code, node: this.spec.node, marker, detail, atMs } };
  }
}

function bootOf({ boot = FIRST_BOOT }: RungSpec): number {
  return boot;
}

function elsewhere(shown: string | undefined, { console }: RungSpec): string {
  const nameOf = (name: string | undefined): string => (name === undefined ? "the main console" : `console ${name}`);
  return `it came on ${nameOf(shown)}, and is to come on ${nameOf(console)}`;
}
