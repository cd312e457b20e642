/** A file of vectors: what is right, and what must be refused, each by name. */

/** Hex, numbers, and what holds them. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What must be refused, and how. */
export interface NegativeCase {
  readonly name: string;
  /** The rule of the specification that it breaks. */
  readonly requirement: string;
  readonly verdict: { readonly [key: string]: Json };
  readonly [key: string]: Json;
}

export interface MadeFile {
  /** In `fixtures/vectors`, without `.json`. */
  readonly name: string;
  readonly about: string;
  readonly vectors: readonly { readonly name: string; readonly [key: string]: Json }[];
  readonly negative: readonly NegativeCase[];
}

/** @returns the file as it is committed: one case a line, so that a change shows where it is */
export function textOfFile({ about, vectors, negative }: MadeFile): string {
  const lines = (cases: readonly Json[]): string =>
    cases.map((one) => `  ${JSON.stringify(one).replaceAll('":', '": ')}`).join(",\n");
  return `{\n "about": ${JSON.stringify(about)},\n "vectors": [\n${lines(vectors)}\n ],\n "negative": [\n${lines(negative)}\n ]\n}\n`;
}
