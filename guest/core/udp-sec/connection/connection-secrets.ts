import type { PacketOpener, PacketSealer } from "../packet/packet-protection.ts";

/** The keys of a connection and what was made of them, so that they can be wiped as one. */
export class ConnectionSecrets {
  readonly #ciphers: readonly (PacketSealer | PacketOpener)[];
  readonly #keys: readonly Uint8Array[];
  #isWiped = false;

  constructor(ciphers: readonly (PacketSealer | PacketOpener)[], keys: readonly Uint8Array[]) {
    this.#ciphers = ciphers;
    this.#keys = keys;
  }

  /** As far as the platform allows. Idempotent. */
  wipe(): void {
    if (this.#isWiped) return;
    this.#isWiped = true;
    for (const cipher of this.#ciphers) cipher.wipe();
    for (const key of this.#keys) key.fill(0);
  }
}
