/** Turns recorded datagrams into others. */
import type { Prng } from "../scheduler/prng.ts";

export const MUTATIONS = ["bit-flips", "truncation", "extension", "splice", "random-bytes", "field", "replay"] as const;
export type Mutation = (typeof MUTATIONS)[number];

/** Bytes of the header whose values decide most: version, type, flags, session, pn, ack, length. */
const HEADER_BYTES = 26;
const INTERESTING = [0, 1, 2, 0x10, 0x13, 0x7f, 0x80, 0xfe, 0xff];

/** @returns a new datagram; `replay` alone may equal its origin */
export function mutate(mutation: Mutation, origin: Uint8Array, other: Uint8Array, prng: Prng): Uint8Array {
  const mutant = origin.slice();
  switch (mutation) {
    case "bit-flips":
      for (let flips = 1 + prng.below(4); flips > 0; flips--) flip(mutant, prng.below(mutant.length * 8));
      return mutant;
    case "truncation":
      return mutant.subarray(0, prng.below(mutant.length));
    case "extension":
      return concat(mutant, prng.bytes(1 + prng.below(64)));
    case "splice": {
      const at = prng.below(Math.min(origin.length, other.length));
      return concat(origin.subarray(0, at), other.subarray(at));
    }
    case "random-bytes":
      mutant.set(prng.bytes(Math.min(1 + prng.below(16), mutant.length)), prng.below(Math.max(1, mutant.length - 16)));
      return mutant;
    case "field":
      mutant[prng.below(Math.min(HEADER_BYTES, mutant.length))] = INTERESTING[prng.below(INTERESTING.length)] ?? 0;
      return mutant;
    case "replay":
      return mutant;
  }
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
