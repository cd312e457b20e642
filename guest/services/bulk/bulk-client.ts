import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import { StreamReader } from "../messages/stream-messages.ts";
import { BULK_SERVICE } from "./bulk-codec.ts";
import { receiveBulk, sendBulk } from "./bulk-transfer.ts";

const BULK_PRIORITY = 7;

/**
 * Sends the content that `seed` names and takes as much back, each compared where it arrives.
 * @throws BusError if either direction's content isn't what it should be at its far end
 */
export async function transferBothWays(
  session: BusSession,
  seed: number,
  lengthBytes: number,
  crypto: CryptoPrimitives,
): Promise<void> {
  const stream = await session.open(`${BULK_SERVICE}/${seed}`, BULK_PRIORITY);
  const reader = new StreamReader(stream);
  await sendBulk(stream, reader, { seed, lengthBytes }, crypto);
  const received = await receiveBulk(reader, stream, { seed: (seed + 1) >>> 0, lengthBytes }, crypto);
  stream.finish();
  const isWhole = received !== undefined && (await reader.some(1)) === undefined;
  if (!isWhole) throw new BusError("BUS_MESSAGE", "the peer did not send as much back and end the stream after it");
}
