import { receiveBulk, sendBulk } from "./bulk-transfer.ts";
import { StreamReader } from "../messages/stream-messages.ts";
import type { Service } from "../serving/serve-session.ts";
import { toHex } from "../../core/index.ts";

/** Takes content, compares it, and sends as much other content back, which the peer compares. */
export const serveBulk: Service = async (stream, { crypto, report }) => {
  const reader = new StreamReader(stream);
  const received = await receiveBulk(reader, stream, undefined, crypto);
  if (received === undefined) return;
  const back = { seed: (received.seed + 1) >>> 0, lengthBytes: received.lengthBytes };
  const sent = await sendBulk(stream, reader, back, crypto);
  report({ bytesEachWay: received.lengthBytes, received: toHex(received.digest), sent: toHex(sent) });
};
