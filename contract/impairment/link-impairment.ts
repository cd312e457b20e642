/**
 * One direction of a link: decides for each frame whether, when and how it arrives.
 *
 * Random decisions are a function of (seed, link, flow, index in the flow). Rate and queue are state in time. The same class
 * serves virtual time and the real-time switch.
 */
import { matches } from "./frame-match.ts";
import { drawKey, drawUnit } from "./draw.ts";
import { checkLinkSpec, DEFAULT_QUEUE_BYTES } from "./link-spec.ts";
import { RateQueue } from "./rate-queue.ts";
import type { Decision, DecisionRecord, DecisionSource, Delivery } from "./decision.ts";
import type { DrawKey } from "./draw.ts";
import type { FrameInfo } from "./frame-info.ts";
import type { CorruptFault, Fault, FaultWindow, LinkSpec } from "./link-spec.ts";

/** Flows beyond this share the state of one: a bound, not a feature. */
export const MAX_FLOWS = 4_096;

/** Lanes of a frame's draws: lane 0 is jitter, each fault has a block of its own. */
const JITTER_LANE = 0;
const LANES_PER_FAULT = 256;

interface FlowState {
  readonly key: DrawKey;
  nextIndex: number;
  /** Latest time at which a frame in order arrives. */
  lastArrivalMs: number;
  /** Per fault: matching frames seen, for `drop-nth`. */
  readonly matched: number[];
  /** Per fault: how many frames in a row it has hit, for `maxBurst`. */
  readonly inARow: number[];
}

/** What the faults made of a frame so far. */
interface Fate {
  dropped: boolean;
  heldMs: number;
  copyLaterMs: number | undefined;
  flips: number[] | undefined;
  readonly reasons: string[];
}

export class LinkImpairment implements DecisionSource {
  readonly #spec: LinkSpec;
  readonly #seed: number;
  readonly #linkName: string;
  readonly #log: ((record: DecisionRecord) => void) | undefined;
  readonly #queue: RateQueue | undefined;
  readonly #flows = new Map<string, FlowState>();
  readonly #triggeredAtMs = new Map<string, number>();

  /**
   * @param seed any safe integer
   * @param linkName names the direction, such as `a>b`
   * @param log called with every decision
   * @throws LinkSpecError
   */
  constructor(spec: LinkSpec, seed: number, linkName: string, log?: (record: DecisionRecord) => void) {
    checkLinkSpec(spec);
    this.#spec = spec;
    this.#seed = seed;
    this.#linkName = linkName;
    this.#log = log;
    this.#queue =
      spec.rateMbps === undefined ? undefined : new RateQueue(spec.rateMbps, spec.queueBytes ?? DEFAULT_QUEUE_BYTES);
  }

  trigger(name: string, nowMs: number): void {
    if (!this.#triggeredAtMs.has(name)) this.#triggeredAtMs.set(name, nowMs);
  }

  decide(frame: FrameInfo, nowMs: number): Decision {
    const flow = this.#flow(frame.flow);
    const index = flow.nextIndex++;
    const decision = this.#decide(frame, flow, index, nowMs);
    this.#log?.({ link: this.#linkName, flow: frame.flow, index, atMs: nowMs, ...decision });
    return decision;
  }

  #decide(frame: FrameInfo, flow: FlowState, index: number, nowMs: number): Decision {
    const fate: Fate = { dropped: false, heldMs: 0, copyLaterMs: undefined, flips: undefined, reasons: [] };
    for (const [number, fault] of (this.#spec.faults ?? []).entries()) {
      if (!this.#isActive(fault.during, nowMs) || !matches(fault.match, frame)) continue;
      applyFault(fault, number, frame, flow, index, fate);
      if (fate.dropped) return { deliveries: [], reason: fate.reasons.join("+") };
    }
    const sendingMs = this.#queue?.enqueue(frame.lengthBytes, nowMs) ?? (this.#queue === undefined ? 0 : undefined);
    if (sendingMs === undefined) return { deliveries: [], reason: "queue-full" };
    return this.#deliver(fate, flow, index, nowMs, sendingMs);
  }

  #deliver(fate: Fate, flow: FlowState, index: number, nowMs: number, sendingMs: number): Decision {
    const jitterMs = (this.#spec.jitterMs ?? 0) * drawUnit(flow.key, index, JITTER_LANE);
    let delayMs = sendingMs + (this.#spec.delayMs ?? 0) + jitterMs;
    if (fate.heldMs > 0) delayMs += fate.heldMs;
    else {
      delayMs = Math.max(delayMs, flow.lastArrivalMs - nowMs);
      flow.lastArrivalMs = nowMs + delayMs;
    }
    const delivery: Delivery = fate.flips === undefined ? { delayMs } : { delayMs, flips: fate.flips };
    const deliveries = [delivery];
    if (fate.copyLaterMs !== undefined) deliveries.push({ ...delivery, delayMs: delayMs + fate.copyLaterMs });
    return fate.reasons.length === 0 ? { deliveries } : { deliveries, reason: fate.reasons.join("+") };
  }

  #isActive(window: FaultWindow | undefined, nowMs: number): boolean {
    if (window === undefined) return true;
    const originMs = window.trigger === undefined ? 0 : this.#triggeredAtMs.get(window.trigger);
    if (originMs === undefined) return false;
    return nowMs - originMs >= (window.fromMs ?? 0) && nowMs - originMs < (window.untilMs ?? Infinity);
  }

  #flow(name: string): FlowState {
    const known = this.#flows.get(name);
    if (known !== undefined) return known;
    if (this.#flows.size >= MAX_FLOWS && name !== "") return this.#flow("");
    const key = drawKey(this.#seed, this.#linkName, name);
    const flow: FlowState = { key, nextIndex: 0, lastArrivalMs: 0, matched: [], inARow: [] };
    this.#flows.set(name, flow);
    return flow;
  }
}

function applyFault(fault: Fault, number: number, frame: FrameInfo, flow: FlowState, index: number, fate: Fate): void {
  const lane = (number + 1) * LANES_PER_FAULT;
  const hits = (chance: number): boolean => drawUnit(flow.key, index, lane) < chance;
  switch (fault.kind) {
    case "drop":
      fate.dropped = withinBurst(flow, number, fault.maxBurst, hits(fault.chance));
      break;
    case "drop-burst":
      fate.dropped = isInBurst(flow.key, index, lane, fault.chance, fault.length);
      break;
    case "drop-nth":
      flow.matched[number] = (flow.matched[number] ?? 0) + 1;
      fate.dropped = fault.nth.includes(flow.matched[number]);
      break;
    case "size-limit":
      fate.dropped = frame.lengthBytes > fault.maxBytes;
      break;
    case "blackhole":
      fate.dropped = true;
      break;
    case "duplicate":
      if (!hits(fault.chance)) return;
      fate.copyLaterMs = fault.laterMs ?? 0;
      break;
    case "reorder":
      if (!hits(fault.chance)) return;
      fate.heldMs += fault.laterMs;
      break;
    case "corrupt":
      if (frame.payloadBytes === 0 || !withinBurst(flow, number, fault.maxBurst, hits(fault.chance))) return;
      fate.flips = flipPositions(fault, flow.key, index, lane, frame.payloadBytes);
      break;
  }
  if (fate.dropped || fault.kind === "duplicate" || fault.kind === "reorder" || fault.kind === "corrupt") {
    fate.reasons.push(fault.kind);
  }
}

function withinBurst(flow: FlowState, number: number, maxBurst: number | undefined, hit: boolean): boolean {
  const inARow = flow.inARow[number] ?? 0;
  const counts = hit && inARow < (maxBurst ?? Infinity);
  flow.inARow[number] = counts ? inARow + 1 : 0;
  return counts;
}

/** Asks the draws of the frames before instead of remembering them: a burst is a function of the index alone. */
function isInBurst(key: DrawKey, index: number, lane: number, chance: number, length: number): boolean {
  for (let back = 0; back < length && back <= index; back++) {
    if (drawUnit(key, index - back, lane) < chance) return true;
  }
  return false;
}

function flipPositions(fault: CorruptFault, key: DrawKey, index: number, lane: number, payloadBytes: number): number[] {
  const maxBits = Math.min(fault.maxBits ?? 1, LANES_PER_FAULT - 2);
  const count = 1 + Math.floor(drawUnit(key, index, lane + 1) * maxBits);
  const positions = new Set<number>();
  for (let i = 0; i < count; i++) positions.add(Math.floor(drawUnit(key, index, lane + 2 + i) * payloadBytes * 8));
  return [...positions];
}
