import { BULK_SERVICE, receiveBulk, sendBulk } from "../../services/bulk/bulk-transfer.ts";
import { StreamReader } from "../../services/messages/stream-messages.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import { check, type Probe } from "../probing/probe.ts";

export const DEFAULT_BULK_BYTES = 256 * 1024;
const BULK_PRIORITY = 7;
const BULK_SEED = 0x5eed;

/** Content to the daemon and other content back, each compared byte by byte and by digest where it arrives. */
export const bulk: Probe = async ({ probe, runtime, crypto, session: getSession }) => {
  const session = await getSession();
  const startMs = runtime.clock.nowMs();
  const lengthBytes = probe.bytes ?? DEFAULT_BULK_BYTES;
  await transferBothWays(session, BULK_SEED, lengthBytes, crypto);
  return { bytesEachWay: lengthBytes, transport: session.transport, durationMs: runtime.clock.nowMs() - startMs };
};

/** @throws BusError, ProbeError if either direction's content isn't what it should be at its far end */
export async function transferBothWays(
  session: BusSession,
  seed: number,
  lengthBytes: number,
  crypto: CryptoPrimitives,
): Promise<void> {
  const stream = await session.open(`${BULK_SERVICE}/${seed}`, BULK_PRIORITY);
  const reader = new StreamReader(stream);
  await sendBulk(stream, reader, { seed, lengthBytes }, crypto);
  const received = await receiveBulk(reader, stream, { seed: seed + 1, lengthBytes }, crypto);
  check(received !== undefined, "the daemon to send as much back");
  stream.finish();
  check((await reader.some(1)) === undefined, "the daemon to end the stream after its content");
}
