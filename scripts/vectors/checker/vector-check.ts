/** What checking one file of vectors needs and gives. */
import { type CryptoPrimitives, toHex } from "../../../guest/core/index.ts";
import type { Fields } from "./json-fields.ts";

/** Asks of the core what a vector says. @returns what differs, or undefined */
export type VectorCheck = (
  vector: Fields,
  crypto: CryptoPrimitives,
) => string | undefined | Promise<string | undefined>;

export interface FileChecks {
  /** The core makes the same bytes of the same fields. */
  readonly encode: VectorCheck;
  /** The core reads the same fields out of the bytes, or goes on as the vector says. */
  readonly decode: VectorCheck;
  /** The core gives the verdict. */
  readonly refuse: VectorCheck;
}

/** @returns the first difference of two JSON values, in words, or undefined */
export function differenceOf(what: string, actual: unknown, expected: unknown): string | undefined {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  return left === right ? undefined : `${what}: ${shortened(left)}, not ${shortened(right)}`;
}

export function toHexText(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : toHex(bytes);
}

function shortened(text: string | undefined): string {
  const longest = 120;
  return text === undefined || text.length <= longest ? String(text) : `${text.slice(0, longest)}...`;
}
