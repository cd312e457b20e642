import type { Aead } from "./primitives.ts";

/** @returns the same cipher, but for what is replaced: for who watches one, or makes two alike */
export function aeadWith(aead: Aead, replaced: Partial<Aead>): Aead {
  return {
    seal: aead.seal.bind(aead),
    sealInto: aead.sealInto.bind(aead),
    open: aead.open.bind(aead),
    openInPlace: aead.openInPlace.bind(aead),
    wipe: aead.wipe.bind(aead),
    ...replaced,
  };
}
