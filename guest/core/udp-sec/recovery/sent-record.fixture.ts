/** A packet of 1,000 bytes that leaves with 100 bytes of the stream. */
import type { SentRecord } from "./flight.ts";
import type { Recovery } from "./recovery.ts";

export function recordOf({ elicitingSent }: Recovery, packetNumber: number, sentMs: number): SentRecord {
  const stretch = { offset: 0, length: 100, isFin: false };
  const reported = { reportedAck: 0, reportedBits: 0 };
  const kept = { elicitingIndex: elicitingSent, state: "in-flight", lostMs: 0 } as const;
  return { packetNumber, sentMs, datagramBytes: 1_000, isProbe: false, ...stretch, ...reported, ...kept };
}
