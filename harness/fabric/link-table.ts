/** The directed links between NICs and where their decisions come from: a seeded model, or the log of an earlier run. */
import {
  LinkImpairment,
  ReplayedDecisions,
  type DecisionRecord,
  type DecisionSource,
  type Fault,
  type LinkSpec,
} from "../../contract/impairment/index.ts";
import { isLinkDecision, isRemarkable, type LoggedDecision } from "./decision-log.ts";

export interface LinkRule {
  /** Node (`a`), NIC (`a.0`) or `*`. */
  readonly from: string;
  readonly to: string;
  readonly spec: LinkSpec;
}

export interface Replay {
  readonly records: readonly LoggedDecision[];
  /**
   * What meets a frame that the log doesn't know: `conditions` keeps what isn't drawn by lot (size limits, blackholes), for a
   * rerun that sends a little more; `pass` lets it through, for a search of the smallest log.
   */
  readonly unlogged: "conditions" | "pass";
}

export interface LinkTableOptions {
  readonly links: readonly LinkRule[];
  readonly seed: number;
  readonly replay?: Replay;
  /** Gets the remarkable decisions as they are taken. */
  readonly onDecision: (record: DecisionRecord) => void;
}

/** @returns `a.0>b.0` */
export function linkName(from: string, to: string): string {
  return `${from}>${to}`;
}

export class LinkTable {
  readonly #options: LinkTableOptions;
  readonly #links = new Map<string, DecisionSource>();
  readonly #triggeredAtMs = new Map<string, number>();

  constructor(options: LinkTableOptions) {
    this.#options = options;
  }

  /** @throws LinkSpecError when the rules of the link make no sense */
  link(from: string, to: string): DecisionSource {
    const name = linkName(from, to);
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const made = makeLink(name, specOf(this.#options.links, from, to), this.#options);
    for (const [trigger, atMs] of this.#triggeredAtMs) made.trigger(trigger, atMs);
    this.#links.set(name, made);
    return made;
  }

  trigger(name: string, nowMs: number): void {
    if (this.#triggeredAtMs.has(name)) return;
    this.#triggeredAtMs.set(name, nowMs);
    for (const link of this.#links.values()) link.trigger(name, nowMs);
  }
}

/** The last rule that matches counts; none: a clean link. @param from NIC, `a.0` */
export function specOf(rules: readonly LinkRule[], from: string, to: string): LinkSpec {
  return rules.findLast((rule) => names(rule.from, from) && names(rule.to, to))?.spec ?? {};
}

function names(pattern: string, nic: string): boolean {
  return pattern === "*" || pattern === nic || pattern === nic.slice(0, nic.lastIndexOf("."));
}

function makeLink(name: string, spec: LinkSpec, { seed, replay, onDecision }: LinkTableOptions): DecisionSource {
  const log = (record: DecisionRecord): void => {
    if (isRemarkable(record)) onDecision(record);
  };
  if (replay === undefined) return new LinkImpairment(spec, seed, name, log);
  const keep = (fault: Fault): boolean =>
    replay.unlogged === "conditions" && (fault.kind === "size-limit" || fault.kind === "blackhole");
  // The queue's own drops are in the log; a second queue must not add others.
  const rest: LinkSpec = { ...spec, faults: (spec.faults ?? []).filter(keep), queueBytes: Number.MAX_SAFE_INTEGER };
  return new LoggedReplay(
    new ReplayedDecisions(replay.records.filter(isLinkDecision), name, new LinkImpairment(rest, seed, name)),
    name,
    log,
  );
}

/** A replayed run has a log too: the same lines, if it went the same way. */
class LoggedReplay implements DecisionSource {
  readonly #replayed: DecisionSource;
  readonly #name: string;
  readonly #log: (record: DecisionRecord) => void;
  readonly #nextIndex = new Map<string, number>();

  constructor(replayed: DecisionSource, name: string, log: (record: DecisionRecord) => void) {
    this.#replayed = replayed;
    this.#name = name;
    this.#log = log;
  }

  trigger(name: string, nowMs: number): void {
    this.#replayed.trigger(name, nowMs);
  }

  decide(...[frame, nowMs]: Parameters<DecisionSource["decide"]>): ReturnType<DecisionSource["decide"]> {
    const index = this.#nextIndex.get(frame.flow) ?? 0;
    this.#nextIndex.set(frame.flow, index + 1);
    const decision = this.#replayed.decide(frame, nowMs);
    this.#log({ link: this.#name, flow: frame.flow, index, atMs: nowMs, ...decision });
    return decision;
  }
}
