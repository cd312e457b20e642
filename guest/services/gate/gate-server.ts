import { BusError } from "../../bus/sessions/bus-error.ts";
import { ContentDigest } from "../messages/content-digest.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import type { ServiceRecord } from "../serving/service.ts";
import { unreadSinksOf } from "../sink/unread-sinks.ts";
import { decodeSinkTotal, encodeSinkVerdict, GATE_SERVICE } from "./gate-codec.ts";

/** Streams `gate/KEY`: drains the sink of the same key and says whether it held what was announced. */
export const GATE: ServiceRecord = {
  name: GATE_SERVICE,
  create:
    () =>
    async (stream, { session, key, crypto, report }) => {
      const message = await new StreamReader(stream).message();
      const expected = message === undefined ? undefined : decodeSinkTotal(message);
      const sink = unreadSinksOf(session).get(key);
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
    },
};
