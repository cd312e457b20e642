/**
 * The half of a session id that this side chooses: random, non-zero, unique on its own socket
 * (dsoftbus-transport.md#33-session-ids).
 */
import { readU32 } from "../../bytes/reader.ts";
import type { RandomBytes } from "../../crypto/primitives.ts";

/** With 4,352 halves in use a single try fails once in a million: so many in a row is a generator that repeats itself. */
const MAX_TRIES = 64;

/** @returns a free half, or undefined if the generator gave none */
export function chooseSessionHalf(random: RandomBytes, isTaken: (half: number) => boolean): number | undefined {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const half = readU32(random(4), 0);
    if (half !== 0 && !isTaken(half)) return half;
  }
  return undefined;
}
