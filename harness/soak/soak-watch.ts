import { EventKind } from "../../contract/events.ts";
import type { ReceivedEvent } from "../console/event-collector.ts";
import type { HarnessError } from "../host/harness-error.ts";
import { isInOrder } from "../worlds/live/node-exit.ts";
import type { LiveNode } from "../worlds/live/live-node.ts";
import type { LiveListener } from "../worlds/live/world.ts";

/** What the self-test counts, as its events tell. */
export type SoakFigures = Readonly<Record<string, number>>;

/** Hears what the machines of a soak say: how much memory each process holds, what was transferred, what went wrong. */
export class SoakWatch implements LiveListener {
  /** Bytes by process (`a/selftest`), as it told last. */
  readonly memory = new Map<string, number>();
  /** Resolves when the self-test has begun. */
  readonly begun: Promise<void>;
  /** Resolves when the self-test has ended, or something is wrong. */
  readonly ended: Promise<void>;
  /** Resolves when every machine is gone. */
  readonly gone: Promise<void>;
  /** The harness itself broke. */
  brokenBy: HarnessError | undefined;
  readonly #failures: string[] = [];
  readonly #running = new Set<LiveNode>();
  #figures: SoakFigures = {};
  #hasPassed = false;
  #onBegun: () => void = () => undefined;
  #onEnded: () => void = () => undefined;
  #onGone: () => void = () => undefined;

  constructor() {
    this.begun = new Promise((resolve) => (this.#onBegun = resolve));
    this.ended = new Promise((resolve) => (this.#onEnded = resolve));
    this.gone = new Promise((resolve) => (this.#onGone = resolve));
  }

  get figures(): SoakFigures {
    return this.#figures;
  }

  /** What went wrong, in words; empty if nothing did. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** The self-test says that all that it sent came back right. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** Nothing more is to be waited for but the power-off. */
  get isOver(): boolean {
    return this.#hasPassed || this.#failures.length > 0;
  }

  joined(node: LiveNode): void {
    this.#running.add(node);
  }

  line(): void {
    // Markers and words for people: the events say the same.
  }

  event({ name }: LiveNode, { source, kind, data }: ReceivedEvent): void {
    switch (kind) {
      case EventKind.MEMORY:
        this.memory.set(`${name}/${source}`, Number(data["rssBytes"]));
        break;
      case EventKind.PROBE_STARTED:
        this.#onBegun();
        break;
      case EventKind.PROBE_PROGRESS:
        this.#count(data);
        break;
      case EventKind.PROBE_PASSED:
        this.#count(data);
        this.#hasPassed = true;
        this.#onEnded();
        break;
      case EventKind.PROBE_FAILED:
      case EventKind.FATAL:
        this.fail(`${name}/${source}: ${String(data["code"])} ${String(data["message"])}`);
        break;
    }
  }

  exited(node: LiveNode): void {
    const { name, exit, expected } = node;
    this.#running.delete(node);
    if (expected !== "ended-by-us" && !isInOrder(exit)) this.fail(`machine ${name} ended: ${exit?.kind ?? "unknown"}`);
    else if (!this.isOver) this.fail(`machine ${name} ended before the self-test had`);
    if (this.#running.size === 0) this.#onGone();
  }

  broken(error: HarnessError): void {
    this.brokenBy ??= error;
    this.fail(error.message);
  }

  fail(what: string): void {
    this.#failures.push(what);
    this.#onEnded();
  }

  #count(data: Readonly<Record<string, unknown>>): void {
    this.#figures = Object.fromEntries(
      Object.entries(data).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
    );
  }
}
