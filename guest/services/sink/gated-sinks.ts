import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { ContentDigest } from "../messages/content-digest.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { decodeSinkTotal, encodeSinkVerdict } from "../gate/sink-total.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import type { Service } from "../serving/serve-session.ts";
import { Signal } from "../../bus/sessions/signal.ts";

/** Sinks and gates of all sessions: a sink stays unread until its gate opens, and ends with its session. */
export class GatedSinks {
  readonly #sinks = new WeakMap<BusSession, Map<string, GatedSink>>();

  /** For streams `sink/KEY`. */
  readonly serveSink: Service = async (stream, { session, key }) => {
    const sinks = this.#sinksOf(session);
    giveUpDone(sinks);
    const sink: GatedSink = { stream, drained: new Signal() };
    sinks.set(key, sink);
    // Reading is the gate's business; the stream must not be finished before.
    await sink.drained.wait();
    if (sinks.get(key) === sink) sinks.delete(key);
  };

  /** For streams `gate/KEY`. */
  readonly serveGate: Service = async (stream, { session, key, crypto, report }) => {
    const message = await new StreamReader(stream).message();
    const expected = message === undefined ? undefined : decodeSinkTotal(message);
    const sink = this.#sinksOf(session).get(key);
    if (expected === undefined || sink === undefined) {
      throw new BusError("BUS_MESSAGE", `gate "${key}" was given no total, or has no sink`);
    }
    const digest = new ContentDigest(crypto);
    for await (const bytes of sink.stream) digest.update(bytes);
    sink.drained.notify();
    const total = { lengthBytes: digest.lengthBytes, digest: digest.finish() };
    const isSame = total.lengthBytes === expected.lengthBytes && equalBytes(total.digest, expected.digest);
    report({ drainedBytes: total.lengthBytes, isSame });
    await writeMessage(stream, encodeSinkVerdict(isSame, total));
  };

  #sinksOf(session: BusSession): Map<string, GatedSink> {
    const known = this.#sinks.get(session);
    if (known !== undefined) return known;
    const sinks = new Map<string, GatedSink>();
    this.#sinks.set(session, sinks);
    // Once for all: a reaction for each sink would stay with the promise as long as the session lives.
    void session.closed.then(() => {
      for (const sink of sinks.values()) sink.drained.notify();
    });
    return sinks;
  }
}

/** Nobody tells a sink that its stream was reset. Those alive are bounded by the streams that a peer may have open. */
function giveUpDone(sinks: Map<string, GatedSink>): void {
  for (const [key, sink] of sinks) {
    if (!sink.stream.isDone) continue;
    sinks.delete(key);
    sink.drained.notify();
  }
}

interface GatedSink {
  readonly stream: BusStream;
  readonly drained: Signal;
}
