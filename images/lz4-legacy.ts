/** Data that is not LZ4, or not of the length it was said to have. */
export class Lz4Error extends Error {
  override readonly name = "Lz4Error";
  readonly code = "lz4";
}

const LEAST_MATCH_BYTES = 4;

/**
 * Decodes LZ4 in the "legacy frame" that Linux packs kernels in (lz4_Frame_format.md, "Legacy frame"): a magic number, then blocks
 * that each follow their length.
 *
 * @param length what it decodes to, bytes
 * @throws Lz4Error
 */
export function decodeLz4Legacy(frame: Uint8Array, length: number): Buffer {
  const input = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const output = Buffer.alloc(length);
  let written = 0;
  let at = 4;
  while (at + 4 <= input.length) {
    const blockLength = input.readUInt32LE(at);
    at += 4;
    if (at + blockLength > input.length) throw new Lz4Error(`a block of ${blockLength} bytes is cut short`);
    written = decodeBlock(input.subarray(at, at + blockLength), output, written);
    at += blockLength;
  }
  if (written !== length) throw new Lz4Error(`decoded to ${written} bytes instead of ${length}`);
  return output;
}

/** One block: sequences of literals and a match, the last without a match (lz4_Block_format.md). @returns where output ends */
function decodeBlock(block: Buffer, output: Buffer, start: number): number {
  let at = 0;
  let out = start;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw new Lz4Error("a sequence is cut short");
    return value;
  };
  const extended = (nibble: number): number => {
    let total = nibble;
    if (nibble === 15) {
      let more: number;
      do {
        more = byte();
        total += more;
      } while (more === 255);
    }
    return total;
  };
  while (at < block.length) {
    const token = byte();
    const literals = extended(token >> 4);
    if (at + literals > block.length || out + literals > output.length)
      throw new Lz4Error("literals go beyond the end");
    block.copy(output, out, at, at + literals);
    at += literals;
    out += literals;
    if (at === block.length) break;
    const offset = byte() | (byte() << 8);
    const match = extended(token & 15) + LEAST_MATCH_BYTES;
    if (offset === 0 || offset > out || out + match > output.length) throw new Lz4Error("a match goes beyond the data");
    // Byte by byte where source and target overlap: the match may repeat what it has just written.
    if (offset >= match) output.copyWithin(out, out - offset, out - offset + match);
    else for (let index = 0; index < match; index += 1) output[out + index] = output[out + index - offset] ?? 0;
    out += match;
  }
  return out;
}
