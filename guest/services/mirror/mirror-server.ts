import { BusError } from "../../bus/sessions/bus-error.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import type { ServiceRecord } from "../serving/service.ts";
import { echoOnManyStreams } from "./many-echoes.ts";
import { decodeStreamCount, encodeStreamCount, MAX_MIRRORED_STREAMS, MIRROR_SERVICE } from "./mirror-codec.ts";

/** Opens as many echo streams to the peer as it asks for, and answers once all have passed. */
export const MIRROR: ServiceRecord = {
  name: MIRROR_SERVICE,
  create:
    () =>
    async (stream, { session, report }) => {
      const count = decodeStreamCount(await new StreamReader(stream).message()) ?? 0;
      if (count < 1 || count > MAX_MIRRORED_STREAMS) {
        throw new BusError("BUS_MESSAGE", `${count} mirrored streams were asked for`);
      }
      await echoOnManyStreams(session, count);
      report({ streams: count });
      await writeMessage(stream, encodeStreamCount(count));
    },
};
