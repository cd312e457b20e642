/** What the observer was told: secrets by their public keys. One side's static and ephemeral ones are enough; traffic keys are never told. */
import { hex } from "../crypto/bytes.ts";
import { deviceOfSeed } from "../crypto/device.ts";
import { x25519Public } from "../crypto/primitives.ts";
import { canonicalPoint, isSmallOrderPoint, sharedSecret } from "./x25519-point.ts";

/** Two ephemeral keys a handshake: more than any run has. */
const MAX_SECRETS = 1_000_000;

export type Shared =
  | { readonly kind: "known"; readonly secret: Uint8Array }
  /** Neither side's secret is known. */
  | { readonly kind: "unknown" }
  /** The result would be all zero. */
  | { readonly kind: "small-order" }
  /** Both secrets are known, and make different results. */
  | { readonly kind: "contradicted" };

export class Secrets {
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #staticKeys = new Map<string, Uint8Array>();
  readonly #deviceIds = new Map<string, string>();
  readonly #falsePublicKeys: string[] = [];

  /** Public keys that were told with a secret that isn't theirs; such a secret is not used. */
  get falsePublicKeys(): readonly string[] {
    return this.#falsePublicKeys;
  }

  /** Static public keys of everybody who is known, hex by hex, whether the secret is or not. */
  get staticKeys(): ReadonlyMap<string, Uint8Array> {
    return this.#staticKeys;
  }

  get isEmpty(): boolean {
    return this.#secrets.size === 0;
  }

  addStatic(publicKey: Uint8Array, secret: Uint8Array): void {
    if (this.#add(publicKey, secret)) this.addPeer(publicKey);
  }

  addEphemeral(publicKey: Uint8Array, secret: Uint8Array): void {
    this.#add(publicKey, secret);
  }

  /** A device that may be dialled, whose secret nobody told. */
  addPeer(staticPublicKey: Uint8Array): void {
    this.#staticKeys.set(hex(staticPublicKey), staticPublicKey);
  }

  /** @param seed of Ed25519: static key and device id follow from it @returns the device id */
  addIdentity(seed: Uint8Array): string {
    const { staticPublicKey, staticSecret, deviceId } = deviceOfSeed(seed);
    this.addStatic(staticPublicKey, staticSecret);
    this.addDevice(staticPublicKey, deviceId);
    return deviceId;
  }

  /** Whose static key it is, from somebody who is believed: a plan, or a seed. */
  addDevice(staticPublicKey: Uint8Array, deviceId: string): void {
    this.addPeer(staticPublicKey);
    this.#deviceIds.set(hex(staticPublicKey), deviceId);
  }

  /** @returns undefined: nobody said */
  deviceIdOf(staticPublicKey: Uint8Array): string | undefined {
    return this.#deviceIds.get(hex(staticPublicKey));
  }

  /** @param publicKey in any encoding */
  knows(publicKey: Uint8Array): boolean {
    return this.#secretOf(publicKey) !== undefined;
  }

  /** The Diffie-Hellman of two public keys, by whichever secret is known; by both they must agree. */
  shared(one: Uint8Array, other: Uint8Array): Shared {
    if (isSmallOrderPoint(one) || isSmallOrderPoint(other)) return { kind: "small-order" };
    const results = [this.#half(one, other), this.#half(other, one)].filter((result) => result !== undefined);
    const [first, second] = results;
    if (first === undefined) return { kind: "unknown" };
    if (second !== undefined && hex(first) !== hex(second)) return { kind: "contradicted" };
    return { kind: "known", secret: first };
  }

  #half(own: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
    const secret = this.#secretOf(own);
    return secret === undefined ? undefined : sharedSecret(secret, peer);
  }

  #secretOf(publicKey: Uint8Array): Uint8Array | undefined {
    return this.#secrets.get(hex(canonicalPoint(publicKey)));
  }

  #add(publicKey: Uint8Array, secret: Uint8Array): boolean {
    if (hex(x25519Public(secret)) !== hex(publicKey)) {
      if (this.#falsePublicKeys.length < MAX_SECRETS) this.#falsePublicKeys.push(hex(publicKey));
      return false;
    }
    if (this.#secrets.size < MAX_SECRETS) this.#secrets.set(hex(publicKey), secret);
    return true;
  }
}
