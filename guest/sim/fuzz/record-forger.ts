/** Makes records of TCP by itself (dsoftbus-transport.md#10-tcp-transport): `len u16 || ciphertext`, counter nonces from 0, kind u8 first in the plaintext. */
import type { Aead, CryptoPrimitives } from "../../core/index.ts";
import { mutate, MUTATIONS } from "./mutate.ts";
import type { Prng } from "../scheduler/prng.ts";

const KIND = { DATA: 0, FIN: 1, CLOSE: 2, ACCEPT: 3 } as const;
const MAX_PLAINTEXT_BYTES = 65_519;
const NO_ASSOCIATED_DATA = new Uint8Array(0);

export class RecordForger {
  /** Stream bytes in records that were sealed properly. */
  dataBytes = 0;
  readonly #aead: Aead;
  readonly #prng: Prng;
  readonly #mischiefOneIn: number;
  readonly #largeOneIn: number;
  #counter = 0;
  #owesAccept: boolean;
  #last = new Uint8Array(20);

  /** @param owesAccept its victim dialled and waits for ACCEPT */
  constructor(key: Uint8Array, crypto: CryptoPrimitives, prng: Prng, owesAccept: boolean) {
    this.#aead = crypto.chacha20Poly1305(key);
    this.#prng = prng;
    this.#owesAccept = owesAccept;
    this.#mischiefOneIn = 2 + prng.below(100);
    this.#largeOneIn = 1 + prng.below(10);
  }

  /** @returns the bytes of one record, or of what looks like one */
  next(): Uint8Array {
    const isMischief = this.#prng.below(this.#mischiefOneIn) === 0;
    if (!isMischief && this.#owesAccept) {
      this.#owesAccept = false;
      return this.#seal(Uint8Array.of(KIND.ACCEPT));
    }
    if (!isMischief) return this.#seal(this.#data());
    if (this.#prng.below(3) > 0) return this.#seal(this.#oddPlaintext());
    const previous = this.#last;
    const record = this.#seal(this.#data());
    return mutate(MUTATIONS[this.#prng.below(MUTATIONS.length)] ?? "replay", record, previous, this.#prng);
  }

  #data(): Uint8Array {
    const most = this.#prng.below(this.#largeOneIn) === 0 ? MAX_PLAINTEXT_BYTES - 1 : 3_000;
    const length = 1 + this.#prng.below(most);
    this.dataBytes += length;
    return new Uint8Array(1 + length);
  }

  /** Opens, but says what it may not say, or not now. */
  #oddPlaintext(): Uint8Array {
    switch (this.#prng.below(7)) {
      case 0:
        return Uint8Array.of(KIND.DATA);
      case 1:
        return Uint8Array.of(KIND.FIN);
      case 2:
        return Uint8Array.of(KIND.ACCEPT);
      case 3:
        return Uint8Array.of(KIND.CLOSE, this.#prng.below(12), 0, ...this.#prng.bytes(this.#prng.below(300)));
      case 4:
        return Uint8Array.of(KIND.CLOSE, 6, 0, 0x62, 0x79, 0x65);
      case 5:
        return new Uint8Array(0);
      default:
        return this.#prng.bytes(1 + this.#prng.below(40)).with(0, 4 + this.#prng.below(252));
    }
  }

  #seal(plaintext: Uint8Array): Uint8Array {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(4, this.#counter++, true);
    const sealed = this.#aead.seal(nonce, NO_ASSOCIATED_DATA, plaintext);
    const record = new Uint8Array(2 + sealed.length);
    new DataView(record.buffer).setUint16(0, sealed.length, true);
    record.set(sealed, 2);
    this.#last = record;
    return record;
  }
}
