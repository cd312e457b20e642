/** The mux of a session, as one end speaks it and may hear it. */
import type { FindingLog } from "../follow/finding-log.ts";
import type { MuxRule, MuxStreamSeen, MuxStreams, MuxWatch } from "../follow/mux-rule.ts";
import { otherEnd, type CapturePlace, type End, type ServiceFigures } from "../follow/session-packet.ts";
import { MuxByteReader, type SeenFrame } from "../wire/mux-stream-frames.ts";
import { ServiceJudge } from "./service-judge.ts";
import type { ServiceRule } from "../follow/mux-rule.ts";
import type { StreamListener } from "./end-judge.ts";

/** Streams that ended and are still remembered, since frames cross. */
const MAX_ENDED = 1_024;

export interface MuxRuleSet {
  readonly mux: readonly MuxRule[];
  readonly services: readonly ServiceRule[];
}

export class MuxJudge implements StreamListener, MuxStreams {
  readonly #end: End;
  readonly #watches: readonly MuxWatch[];
  readonly #services: ServiceJudge;
  readonly #streams = new Map<number, MuxStreamSeen>();
  readonly #ended: number[] = [];
  readonly #ownReader = new MuxByteReader((frame) => this.#onOwn(frame));
  readonly #heardReader = new MuxByteReader((frame) => this.#onHeard(frame));
  #at: CapturePlace = { file: "", number: 0 };
  #hasToldRejected = false;
  nextOwnId: number;
  nextHeardId: number;

  constructor(end: End, { mux, services }: MuxRuleSet, log: FindingLog) {
    this.#end = end;
    this.nextOwnId = end === "initiator" ? 1 : 2;
    this.nextHeardId = end === "initiator" ? 2 : 1;
    this.#services = new ServiceJudge(end, services, log);
    this.#watches = mux.map((rule) =>
      rule.watch({ end, streams: this, speak: log.speaker(rule.id, end, rule.requirement) }),
    );
  }

  all(): Iterable<MuxStreamSeen> {
    return this.#streams.values();
  }

  /** Of the streams that this end opened. */
  figures(): readonly ServiceFigures[] {
    return this.#services.figures();
  }

  own(bytes: Uint8Array, at: CapturePlace): void {
    this.#at = at;
    this.#ownReader.push(bytes);
    const { rejected } = this.#ownReader;
    if (rejected === undefined || this.#hasToldRejected) return;
    this.#hasToldRejected = true;
    for (const watch of this.#watches) watch.rejected?.(rejected, at);
  }

  heard(bytes: Uint8Array, at: CapturePlace): void {
    this.#at = at;
    this.#heardReader.push(bytes);
  }

  finished(at: CapturePlace): void {
    if (this.#ownReader.rejected !== undefined) return;
    for (const watch of this.#watches) watch.finished?.(this.#ownReader.isWithinFrame, at);
  }

  #onOwn(frame: SeenFrame): void {
    const stream = this.#streams.get(frame.streamId);
    for (const watch of this.#watches) watch.own?.(frame, stream, this.#at);
    if (frame.type === "OPEN" && frame.streamId === this.nextOwnId) {
      this.nextOwnId += 2;
      this.#open(frame, true);
      return;
    }
    if (stream === undefined) return;
    this.#services.own(frame, stream, this.#at);
    switch (frame.type) {
      case "OPEN_ACK":
        stream.isAcknowledged = true;
        stream.granted += frame.credit;
        break;
      case "WINDOW_UPDATE":
        stream.granted += frame.delta;
        break;
      case "DATA":
        stream.ownBytes += frame.payload.length;
        break;
      case "CLOSE":
      case "RST":
        if (stream.own !== "reset") stream.own = frame.type === "RST" ? "reset" : "closed";
        this.#forgetIfOver(stream);
        break;
      default:
    }
  }

  #onHeard(frame: SeenFrame): void {
    const stream = this.#streams.get(frame.streamId);
    for (const watch of this.#watches) watch.heard?.(frame, stream, this.#at);
    if (frame.type === "OPEN" && stream === undefined) {
      this.nextHeardId = Math.max(this.nextHeardId, frame.streamId + 2);
      this.#open(frame, false);
      return;
    }
    if (stream === undefined) return;
    this.#services.heard(frame, stream, this.#at);
    switch (frame.type) {
      case "OPEN_ACK":
        stream.isAcknowledged = true;
        stream.credit += frame.credit;
        break;
      case "WINDOW_UPDATE":
        stream.credit += frame.delta;
        break;
      case "DATA":
        stream.heardBytes += frame.payload.length;
        break;
      case "CLOSE":
      case "RST":
        if (stream.heard !== "reset") stream.heard = frame.type === "RST" ? "reset" : "closed";
        this.#forgetIfOver(stream);
        break;
      default:
    }
  }

  #open({ streamId, name, priority, credit }: Extract<SeenFrame, { type: "OPEN" }>, isOwn: boolean): void {
    const stream: MuxStreamSeen = {
      id: streamId,
      name,
      priority,
      isOwn,
      credit: isOwn ? 0 : credit,
      ownBytes: 0,
      granted: isOwn ? credit : 0,
      heardBytes: 0,
      isAcknowledged: false,
      own: "open",
      heard: "open",
    };
    this.#streams.set(streamId, stream);
    this.#services.open(stream, isOwn ? this.#end : otherEnd(this.#end));
  }

  #forgetIfOver({ id, own, heard }: MuxStreamSeen): void {
    const isOver = own === "reset" || heard === "reset" || (own === "closed" && heard === "closed");
    if (!isOver || this.#ended.includes(id)) return;
    this.#ended.push(id);
    if (this.#ended.length <= MAX_ENDED) return;
    const oldest = this.#ended.shift() ?? 0;
    this.#streams.delete(oldest);
    this.#services.forget(oldest);
  }
}
