/** What a refused initiator may be told: one sealed CLOSE, the same for every reason (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
import { hex } from "../crypto/bytes.ts";
import { TYPES, type UdpHeader } from "../wire/udp-header.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";

/** Receiver state of zeros, code AUTH, no reason. */
const CLOSE_AUTH = `${"00".repeat(16)}030000`;

/** @param plaintext undefined: it doesn't open @returns what is wrong with a responder's packet after a refused MSG3 */
export function refusedAnswerProblem(
  { refusal }: OpenedHandshake,
  header: UdpHeader,
  plaintext: Uint8Array | undefined,
): string | undefined {
  if (refusal === undefined || plaintext === undefined) return undefined;
  if (refusal === "params") return "an answer to a MSG3 whose params are wrong";
  const isClose = header.typ === TYPES.CLOSE && header.pn === 1 && header.ack === 0 && header.ackBits === 0;
  if (isClose && hex(plaintext) === CLOSE_AUTH) return undefined;
  return `the initiator is to be refused (${refusal}), but this is not the one CLOSE that tells it so`;
}
