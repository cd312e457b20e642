/**
 * Applies the log of an earlier run: the frame with the same link, flow and index meets the same decision, at whatever time it
 * comes. Frames that the log does not know take the decision of `otherwise`.
 */
import type { Decision, DecisionRecord, DecisionSource } from "./decision.ts";
import type { FrameInfo } from "./frame-info.ts";

export class ReplayedDecisions implements DecisionSource {
  readonly #decisions = new Map<string, Map<number, DecisionRecord>>();
  readonly #nextIndex = new Map<string, number>();
  readonly #otherwise: DecisionSource;

  /**
   * @param records of any links; those of others are passed over
   * @param otherwise sees every frame, so that its indexes and queues stay in step
   */
  constructor(records: Iterable<DecisionRecord>, linkName: string, otherwise: DecisionSource) {
    this.#otherwise = otherwise;
    for (const record of records) {
      if (record.link !== linkName) continue;
      const ofFlow = this.#decisions.get(record.flow) ?? new Map<number, DecisionRecord>();
      ofFlow.set(record.index, record);
      this.#decisions.set(record.flow, ofFlow);
    }
  }

  trigger(name: string, nowMs: number): void {
    this.#otherwise.trigger(name, nowMs);
  }

  decide(frame: FrameInfo, nowMs: number): Decision {
    const index = this.#nextIndex.get(frame.flow) ?? 0;
    this.#nextIndex.set(frame.flow, index + 1);
    const unlogged = this.#otherwise.decide(frame, nowMs);
    const logged = this.#decisions.get(frame.flow)?.get(index);
    if (logged === undefined) return unlogged;
    const { deliveries, reason } = logged;
    return reason === undefined ? { deliveries } : { deliveries, reason };
  }
}
