import { encodeUtf8 } from "../../core/index.ts";
import { writeMessage } from "../messages/stream-messages.ts";
import type { ServiceRecord } from "../serving/service.ts";

export const STATUS_SERVICE = "status";

/** Answers with one JSON message and the end of the stream. */
export const STATUS: ServiceRecord = {
  name: STATUS_SERVICE,
  create: (host) => async (stream) => {
    await writeMessage(stream, encodeUtf8(JSON.stringify(await host.status())));
  },
};
