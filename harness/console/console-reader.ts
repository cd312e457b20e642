import { MAX_CHANNEL_BYTES } from "./channel-limit.ts";
import { EventCollector, MAX_EVENTS, type ReceivedEvent } from "./event-collector.ts";
import { FileTail } from "./file-tail.ts";
import { LineAssembler, type ConsoleLine } from "./line-assembler.ts";
import { Transcript } from "./transcript.ts";

export interface ConsoleListener {
  line(line: ConsoleLine): void;
  event(event: ReceivedEvent): void;
}

/** Both channels of one guest: serial bytes as QEMU hands them over, and the event port from the file that QEMU writes. */
export class ConsoleReader {
  readonly transcript = new Transcript();
  readonly events: EventCollector;
  readonly #assembler = new LineAssembler();
  readonly #listener: ConsoleListener;
  readonly #nowMs: () => number;
  #tail: FileTail | undefined;
  #lastByteMs: number | undefined;
  #stopped = false;

  /** @param nowMs the run's clock @param maxEvents kept in memory; all are told */
  constructor(listener: ConsoleListener, nowMs: () => number, maxEvents: number = MAX_EVENTS) {
    this.events = new EventCollector(maxEvents);
    this.#listener = listener;
    this.#nowMs = nowMs;
  }

  /** When anything last came from the guest, ms on the run's clock; undefined while it is silent. */
  get lastByteMs(): number | undefined {
    return this.#lastByteMs;
  }

  /** @param chunk bytes of the serial console, in any pieces */
  serial(chunk: Uint8Array): void {
    if (this.#stopped) return;
    const atMs = this.#nowMs();
    this.#lastByteMs = atMs;
    for (const line of this.#assembler.push(chunk, atMs)) this.#deliver(line);
  }

  followEvents(eventLogPath: string): void {
    const onBytes = (chunk: Uint8Array, atMs: number): void => this.#event(chunk, atMs);
    this.#tail = new FileTail(eventLogPath, onBytes, this.#nowMs, MAX_CHANNEL_BYTES);
    this.#tail.start();
  }

  /** Reads what the event port holds now: before something is said to be missing. */
  drain(): void {
    this.#tail?.readAll();
  }

  /** Reads what is left, lines without an end included. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#tail?.stop();
    for (const line of this.#assembler.end()) this.#deliver(line);
    for (const event of this.events.end()) this.#listener.event(event);
  }

  #event(chunk: Uint8Array, atMs: number): void {
    this.#lastByteMs = atMs;
    for (const event of this.events.push(chunk, atMs)) this.#listener.event(event);
  }

  #deliver(line: ConsoleLine): void {
    this.transcript.add(line);
    this.#listener.line(line);
  }
}
