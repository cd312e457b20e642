import { Signal } from "../../bus/sessions/signal.ts";
import type { ServiceRecord } from "../serving/service.ts";
import { giveUpDone, type UnreadSink, unreadSinksOf } from "./unread-sinks.ts";

export const SINK_SERVICE = "sink";

/** Streams `sink/KEY` stay unread until their gate opens: reading is the gate's business. */
export const SINK: ServiceRecord = {
  name: SINK_SERVICE,
  create:
    () =>
    async (stream, { session, key }) => {
      const sinks = unreadSinksOf(session);
      giveUpDone(sinks);
      const sink: UnreadSink = { stream, drained: new Signal() };
      sinks.set(key, sink);
      // The stream must not be finished before.
      await sink.drained.wait();
      if (sinks.get(key) === sink) sinks.delete(key);
    },
};
