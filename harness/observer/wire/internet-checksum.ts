/** The checksum of IP, UDP and TCP (RFC 1071). */

/** @returns the sum of the big-endian 16-bit words, folded; 0xffff over what holds its own checksum @param start a sum so far */
export function onesComplementSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}
