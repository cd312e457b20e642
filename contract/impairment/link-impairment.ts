/**
 * One direction of a link: decides for each frame whether, when and how it arrives.
 *
 * Random decisions are a function of (seed, link, flow, index in the flow). Rate and queue are state in time. The same class
 * serves virtual time and the real-time switch.
 */
import { matches } from "./frame-match.ts";
import { drawKey, drawUnit } from "./draw.ts";
import { applyFault, type Fate, type FaultMemory, LANES_PER_FAULT } from "./fault-kinds.ts";
import { checkLinkSpec } from "./check-link-spec.ts";
import { DEFAULT_QUEUE_BYTES } from "./link-spec.ts";
import { RateQueue } from "./rate-queue.ts";
import type { Decision, DecisionRecord, DecisionSource, Delivery } from "./decision.ts";
import type { DrawKey } from "./draw.ts";
import type { FrameInfo } from "./frame-info.ts";
import type { FaultWindow, LinkSpec } from "./link-spec.ts";

/** Flows beyond this share the state of one: a bound, not a feature. */
export const MAX_FLOWS = 4_096;

/** Lanes of a frame's draws: lane 0 is jitter, each fault has a block of its own. */
const JITTER_LANE = 0;

interface FlowState {
  readonly key: DrawKey;
  nextIndex: number;
  /** Latest time at which a frame in order arrives. */
  lastArrivalMs: number;
  /** Per fault: what it remembers of the flow. */
  readonly memories: FaultMemory[];
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
    const fate: Fate = { dropped: false, heldMs: 0, copyLaterMs: undefined, flips: undefined };
    const reasons: string[] = [];
    for (const [number, fault] of (this.#spec.faults ?? []).entries()) {
      if (!this.#isActive(fault.during, nowMs) || !matches(fault.match, frame)) continue;
      const memory = (flow.memories[number] ??= { matched: 0, inARow: 0 });
      const turn = { frame, index, key: flow.key, lane: (number + 1) * LANES_PER_FAULT, memory };
      if (applyFault(fault, turn, fate)) reasons.push(fault.kind);
      if (fate.dropped) return { deliveries: [], reason: reasons.join("+") };
    }
    const sendingMs = this.#queue?.enqueue(frame.lengthBytes, nowMs) ?? (this.#queue === undefined ? 0 : undefined);
    if (sendingMs === undefined) return { deliveries: [], reason: "queue-full" };
    const deliveries = this.#deliver(fate, flow, index, nowMs, sendingMs);
    return reasons.length === 0 ? { deliveries } : { deliveries, reason: reasons.join("+") };
  }

  #deliver(fate: Fate, flow: FlowState, index: number, nowMs: number, sendingMs: number): Delivery[] {
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
    return deliveries;
  }

  #isActive(window: FaultWindow | undefined, nowMs: number): boolean {
    if (window === undefined) return true;
    const originMs = window.trigger === undefined ? 0 : this.#triggeredAtMs.get(window.trigger);
    if (originMs === undefined) return false;
    const endedMs = window.untilTrigger === undefined ? undefined : this.#triggeredAtMs.get(window.untilTrigger);
    if (endedMs !== undefined && nowMs >= endedMs) return false;
    return nowMs - originMs >= (window.fromMs ?? 0) && nowMs - originMs < (window.untilMs ?? Infinity);
  }

  #flow(name: string): FlowState {
    const known = this.#flows.get(name);
    if (known !== undefined) return known;
    if (this.#flows.size >= MAX_FLOWS && name !== "") return this.#flow("");
    const key = drawKey(this.#seed, this.#linkName, name);
    const flow: FlowState = { key, nextIndex: 0, lastArrivalMs: 0, memories: [] };
    this.#flows.set(name, flow);
    return flow;
  }
}
