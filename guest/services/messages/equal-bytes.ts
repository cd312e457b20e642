/** For contents, not for secrets: stops at the first difference. Four bytes at a time, for the sake of emulated processors. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  const leftWords = new DataView(left.buffer, left.byteOffset, left.length);
  const rightWords = new DataView(right.buffer, right.byteOffset, right.length);
  const wordsEnd = left.length - (left.length % 4);
  for (let at = 0; at < wordsEnd; at += 4) {
    if (leftWords.getUint32(at) !== rightWords.getUint32(at)) return false;
  }
  for (let at = wordsEnd; at < left.length; at += 1) {
    if (left[at] !== right[at]) return false;
  }
  return true;
}
