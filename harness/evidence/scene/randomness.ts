/** Without keys: does this look like ciphertext? */

/** 255 degrees of freedom: mean 255, deviation 22.6; random bytes exceed this once in 10^12. */
const CHI_SQUARE_LIMIT = 430;

/** Fewer bytes can't be told apart from ciphertext. */
export const MIN_SAMPLE_BYTES = 512;

/** @returns the chi-square statistic of the byte values against the uniform distribution */
export function chiSquare(parts: readonly Buffer[]): number {
  const counts = new Uint32Array(256);
  let total = 0;
  for (const part of parts) {
    total += part.length;
    for (const byte of part) counts[byte] = (counts[byte] ?? 0) + 1;
  }
  const expected = total / 256;
  let sum = 0;
  for (const count of counts) sum += (count - expected) ** 2 / expected;
  return total === 0 ? 0 : sum;
}

/** @returns why the bytes can't be ciphertext, or undefined if they may be */
export function structureOf(what: string, parts: readonly Buffer[]): string | undefined {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  if (total < MIN_SAMPLE_BYTES) return `${what}: ${total} bytes are too few to tell ciphertext from plaintext`;
  return plaintextSign(what, parts);
}

/** Like `structureOf`, but a small sample is no sign of anything. */
export function plaintextSign(what: string, parts: readonly Buffer[]): string | undefined {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const statistic = chiSquare(parts);
  if (total < MIN_SAMPLE_BYTES || statistic <= CHI_SQUARE_LIMIT) return undefined;
  return `${what}: ${total} bytes look like plaintext (chi-square ${Math.round(statistic)}, random bytes stay below ${CHI_SQUARE_LIMIT})`;
}
