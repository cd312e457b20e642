/** Fields of a vector file, which was read from JSON and may be anything. */
import { fromHex } from "../../../guest/core/index.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** A vector that lacks what its kind needs. */
export class BadVectorError extends Error {
  readonly code = "BAD_VECTOR";

  constructor(key: string, expected: string) {
    super(`${key} is missing or is no ${expected}`);
    this.name = "BadVectorError";
  }
}

export function textField(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") throw new BadVectorError(key, "text");
  return value;
}

export function numberField(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number") throw new BadVectorError(key, "number");
  return value;
}

export function bytesField(fields: Fields, key: string): Uint8Array {
  const text = textField(fields, key);
  const bytes = /^([0-9a-f]{2})*$/.test(text) ? fromHex(text) : undefined;
  if (bytes === undefined) throw new BadVectorError(key, "hex");
  return bytes;
}

export function recordField(fields: Fields, key: string): Fields {
  const value = fields[key];
  if (!isFields(value)) throw new BadVectorError(key, "object");
  return value;
}

export function listField(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw new BadVectorError(key, "list");
  return value;
}

/** Pairs `[first, last]`. */
export function rangesField(fields: Fields, key: string): { readonly first: number; readonly last: number }[] {
  return listField(fields, key).map((pair) => {
    const [first, last] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof first !== "number" || typeof last !== "number") throw new BadVectorError(key, "list of pairs");
    return { first, last };
  });
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
