/** Bytes as the specification writes them: little-endian, one after the other. */

export function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

export function u16(value: number): Uint8Array {
  return littleEndian(BigInt(value), 2);
}

export function u32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4);
}

/** @param value also above 2^53, which no honest sender writes */
export function u64(value: number | bigint): Uint8Array {
  return littleEndian(BigInt(value), 8);
}

export function littleEndian(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

export function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function zeros(size: number): Uint8Array {
  return new Uint8Array(size);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "utf8"));
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** @returns a copy with one byte changed @param at from the end if negative */
export function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 0x01;
  return copy;
}

/** @returns a copy with these bytes at that place */
export function patched(bytes: Uint8Array, at: number, patch: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(patch, at);
  return copy;
}
