/** The services on the streams of a session, as one end speaks them. */
import type { FindingLog } from "../follow/finding-log.ts";
import type { MuxStreamSeen, ServiceRule, ServiceWatch, SharedServices } from "../follow/mux-rule.ts";
import type { CapturePlace, End, ServiceFigures } from "../follow/session-packet.ts";
import type { SeenFrame } from "../wire/mux-stream-frames.ts";

/** Streams whose figures are kept. */
const MAX_FIGURES = 512;

export class ServiceJudge {
  readonly #end: End;
  readonly #rules: readonly ServiceRule[];
  readonly #log: FindingLog;
  readonly #watches = new Map<number, ServiceWatch>();
  readonly #figures: ServiceFigures[] = [];
  readonly #figuresById = new Map<number, ServiceFigures>();
  readonly #shared: SharedServices = { sinks: new Map(), echoed: new Set(), bytesByPriority: new Map() };

  constructor(end: End, rules: readonly ServiceRule[], log: FindingLog) {
    this.#end = end;
    this.#rules = rules;
    this.#log = log;
  }

  figures(): readonly ServiceFigures[] {
    return this.#figures.filter(({ openedBy }) => openedBy === this.#end);
  }

  open(stream: MuxStreamSeen, openedBy: End): void {
    const { id, name, priority } = stream;
    const slash = name.indexOf("/");
    const [service, key] = slash === -1 ? [name, ""] : [name.slice(0, slash), name.slice(slash + 1)];
    const figures: ServiceFigures = {
      openedBy,
      streamId: id,
      name,
      priority,
      bytes: { initiator: 0, responder: 0 },
      facts: {},
    };
    if (this.#figures.length < MAX_FIGURES) this.#figures.push(figures);
    this.#figuresById.set(id, figures);
    const rule = this.#rules.find((one) => one.service === service);
    if (rule === undefined) return;
    const speak = this.#log.speaker(rule.id, this.#end, rule.requirement);
    const role = stream.isOwn ? "client" : "server";
    this.#watches.set(
      id,
      rule.watch({
        stream,
        role,
        key,
        shared: this.#shared,
        facts: figures.facts,
        speak: (text, at, requirement) => speak(`stream ${id} "${name}": ${text}`, at, requirement),
      }),
    );
  }

  own(frame: SeenFrame, { id, own, priority }: MuxStreamSeen, at: CapturePlace): void {
    const watch = this.#watches.get(id);
    switch (frame.type) {
      case "DATA": {
        const figures = this.#figuresById.get(id);
        if (figures !== undefined) figures.bytes[this.#end] += frame.payload.length;
        this.#count(priority, frame.payload.length);
        watch?.own?.(frame.payload, at);
        break;
      }
      case "CLOSE":
        if (own === "open") watch?.ownClosed?.(at);
        break;
      case "WINDOW_UPDATE":
        watch?.ownGrants?.(at);
        break;
      default:
    }
  }

  heard(frame: SeenFrame, { id, heard, priority }: MuxStreamSeen, at: CapturePlace): void {
    const watch = this.#watches.get(id);
    if (frame.type === "DATA") {
      this.#count(priority, frame.payload.length);
      const figures = this.#figuresById.get(id);
      if (figures !== undefined) {
        figures.bytes[this.#end === "initiator" ? "responder" : "initiator"] += frame.payload.length;
      }
      watch?.heard?.(frame.payload, at);
    }
    if (frame.type === "CLOSE" && heard === "open") watch?.heardClosed?.(at);
  }

  #count(priority: number, bytes: number): void {
    const { bytesByPriority } = this.#shared;
    bytesByPriority.set(priority, (bytesByPriority.get(priority) ?? 0) + bytes);
  }

  forget(id: number): void {
    this.#watches.delete(id);
    this.#figuresById.delete(id);
  }
}
