/** Vectors of the specification for the tests of this folder. */
import { createDecipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface VectorFileOf<V, N> {
  readonly vectors: readonly V[];
  readonly negative: readonly N[];
}

export function vectorsOf<V, N>(name: string): VectorFileOf<V, N> {
  const path = join(import.meta.dirname, "../../../fixtures/vectors", `${name}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as VectorFileOf<V, N>;
}

const HEADER = 26;
const TAG = 16;

function nonceOf(datagram: Uint8Array): Buffer {
  const nonce = Buffer.alloc(12);
  Buffer.from(datagram).copy(nonce, 4, 12, 16);
  return nonce;
}

/** @returns undefined if it doesn't open */
export function openWith(key: Uint8Array, datagram: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv("chacha20-poly1305", key, nonceOf(datagram), { authTagLength: TAG });
  decipher.setAAD(datagram.subarray(0, HEADER), { plaintextLength: datagram.length - HEADER - TAG });
  decipher.setAuthTag(datagram.subarray(-TAG));
  try {
    return Buffer.concat([decipher.update(datagram.subarray(HEADER, -TAG)), decipher.final()]);
  } catch {
    return undefined;
  }
}

export const hex = (text: string): Buffer => Buffer.from(text, "hex");
