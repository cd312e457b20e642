import { toHex } from "../../core/index.ts";
import { StreamReader } from "../messages/stream-messages.ts";
import type { ServiceRecord } from "../serving/service.ts";
import { BULK_SERVICE } from "./bulk-codec.ts";
import { receiveBulk, sendBulk } from "./bulk-transfer.ts";

/** Takes content, compares it, and sends as much other content back, which the peer compares. */
export const BULK: ServiceRecord = {
  name: BULK_SERVICE,
  create:
    () =>
    async (stream, { crypto, report }) => {
      const reader = new StreamReader(stream);
      const received = await receiveBulk(reader, stream, undefined, crypto);
      if (received === undefined) return;
      const back = { seed: (received.seed + 1) >>> 0, lengthBytes: received.lengthBytes };
      const sent = await sendBulk(stream, reader, back, crypto);
      report({ bytesEachWay: received.lengthBytes, received: toHex(received.digest), sent: toHex(sent) });
    },
};
