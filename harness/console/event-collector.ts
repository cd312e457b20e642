import type { EventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { LineAssembler, type ConsoleLine } from "./line-assembler.ts";
import { readEventLine } from "./read-event-line.ts";

/** An event with the time at which the harness read it. */
export interface ReceivedEvent extends EventLine {
  /** ms on the run's clock; the guest's own clock is in `atMs`. */
  readonly arrivedMs: number;
}

/** What is wrong with the event port of one guest. */
export interface EventDamage {
  readonly kind: "gap" | "torn" | "repeated";
  readonly source: string | undefined;
  readonly detail: string;
  readonly atMs: number;
}

/** More lines than any honest run writes; past it events are counted, no longer kept. */
export const MAX_EVENTS = 200_000;
/** An event line may be long (statistics), but not endless. */
export const MAX_EVENT_LINE_UNITS = 64 * 1024;
const MAX_DAMAGE = 100;
const QUOTED_UNITS = 80;

/** Reads the event port: every line has a sequence number per source and a CRC, so that lost and torn lines show. */
export class EventCollector {
  readonly #lines = new LineAssembler({ maxLineUnits: MAX_EVENT_LINE_UNITS });
  readonly #lastSeq = new Map<string, number>();
  readonly #maxEvents: number;
  readonly events: ReceivedEvent[] = [];
  readonly damage: EventDamage[] = [];
  /** Events past the limit. */
  discarded = 0;

  constructor(maxEvents: number = MAX_EVENTS) {
    this.#maxEvents = maxEvents;
  }

  /** @returns the events that the chunk completed */
  push(chunk: Uint8Array, atMs: number): ReceivedEvent[] {
    return this.#takeAll(this.#lines.push(chunk, atMs));
  }

  end(): ReceivedEvent[] {
    return this.#takeAll(this.#lines.end());
  }

  #takeAll(lines: readonly ConsoleLine[]): ReceivedEvent[] {
    const events: ReceivedEvent[] = [];
    for (const { text, atMs } of lines) if (text !== "") events.push(...this.#take(text, atMs));
    return events;
  }

  #take(text: string, atMs: number): ReceivedEvent[] {
    const parsed = readEventLine(text);
    if ("torn" in parsed) {
      this.#note({ kind: "torn", source: undefined, detail: `${parsed.torn}: ${text.slice(0, QUOTED_UNITS)}`, atMs });
      return [];
    }
    const last = this.#lastSeq.get(parsed.source) ?? 0;
    if (parsed.seq <= last) {
      this.#note({ kind: "repeated", source: parsed.source, detail: `line ${parsed.seq} after line ${last}`, atMs });
      return [];
    }
    if (parsed.seq !== last + 1) {
      const detail = `lines ${last + 1} to ${parsed.seq - 1} never arrived`;
      this.#note({ kind: "gap", source: parsed.source, detail, atMs });
    }
    this.#lastSeq.set(parsed.source, parsed.seq);
    // Many, and nobody judges by them: they stay in the file.
    if (parsed.kind === EventKind.QLOG) return [];
    const event: ReceivedEvent = { ...parsed, arrivedMs: atMs };
    if (this.events.length < this.#maxEvents) this.events.push(event);
    else this.discarded++;
    return [event];
  }

  #note(damage: EventDamage): void {
    if (this.damage.length < MAX_DAMAGE) this.damage.push(damage);
  }
}
