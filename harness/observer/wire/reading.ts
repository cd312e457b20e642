/** What comes of reading bytes: a value, or the rule of the specification that they break. */

export interface Malformed {
  /** Id of the rule in the specification. */
  readonly requirement: string;
  readonly text: string;
}

export type Reading<T> =
  { readonly value: T; readonly malformed?: undefined } | { readonly malformed: Malformed; readonly value?: undefined };

export function broken(requirement: string, text: string): { readonly malformed: Malformed } {
  return { malformed: { requirement, text } };
}

/** Offsets and sums of them stay below (P-25). */
export const MAX_OFFSET = 2 ** 53 - 1;

/** @returns a u64, little-endian; one above 2^53 - 1 only as Infinity, since all of those are out of range */
export function readU64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(MAX_OFFSET) ? Infinity : Number(value);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns undefined if it isn't UTF-8 */
export function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
