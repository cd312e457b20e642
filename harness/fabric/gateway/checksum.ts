/** Checksums of the Internet (RFC 1071), changed where a field changes (RFC 1624): what was wrong before is wrong behind the gateway too. */

/** @returns the one's complement sum of 16-bit words; an odd byte at the end counts as the high one */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return fold(sum);
}

/** @param bytes with zero where the checksum will stand */
export function internetChecksum(bytes: Uint8Array): number {
  return ~sumOf(bytes) & 0xffff;
}

/** @returns whether the words, checksum included, add up */
export function addsUp(bytes: Uint8Array): boolean {
  return sumOf(bytes) === 0xffff;
}

/**
 * RFC 1624 equation 3.
 *
 * @param before @param after a field at an even place of what is summed, of even length, old and new
 */
export function adjustedChecksum(checksum: number, before: Uint8Array, after: Uint8Array): number {
  return ~fold((~checksum & 0xffff) + (~sumOf(before) & 0xffff) + sumOf(after)) & 0xffff;
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return folded;
}
