/** Randomness that a vector dictates: what the core would draw is handed to it. */
import type { RandomBytes } from "../../../guest/core/crypto/primitives.ts";

/**
 * @param half the first 4 bytes that are drawn: the half of a session id; later ones are another fixed number
 * @param ephemeral the first 32 bytes that are drawn; later ones are another fixed secret
 */
export function scriptedRandom(half: number, ephemeral: Uint8Array): RandomBytes {
  const halves = [half];
  const secrets = [ephemeral];
  return (length) => {
    if (length === 4) {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setUint32(0, halves.shift() ?? 0x1000, true);
      return bytes;
    }
    return (secrets.shift() ?? new Uint8Array(32).fill(0x77)).slice(0, length);
  };
}
