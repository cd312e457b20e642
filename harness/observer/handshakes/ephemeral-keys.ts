/** Freshness: no ephemeral key serves two handshakes, whoever made it. */
import { hex } from "../crypto/bytes.ts";
import { canonicalPoint } from "../keys/x25519-point.ts";

const MAX_KEYS = 1_000_000;

interface FirstUse {
  /** Of the message that carried it. */
  readonly message: string;
  /** Address and ports of both ends. */
  readonly conversation: string;
  readonly address: string;
}

export interface KeyUse extends FirstUse {
  readonly key: Uint8Array;
  /** Seen where its owner sent it: the same bytes from another socket are then its owner's doing, not those of somebody who replays them. */
  readonly isOwners: boolean;
}

export class EphemeralKeys {
  readonly #uses = new Map<string, FirstUse>();

  get size(): number {
    return this.#uses.size;
  }

  /** Keys that another run used. */
  addEarlier(keys: Iterable<string>): void {
    for (const key of keys) this.#remember(key, { message: "", conversation: "another run", address: "" });
  }

  /** @returns where it was used before, if that is a second use */
  use({ key, message, conversation, address, isOwners }: KeyUse): string | undefined {
    const text = hex(canonicalPoint(key));
    const first = this.#uses.get(text);
    if (first === undefined) {
      this.#remember(text, { message, conversation, address });
      return undefined;
    }
    const isRepeat = first.message === message && first.conversation === conversation;
    const isReplay = first.message === message && !(isOwners && first.address === address);
    return isRepeat || isReplay ? undefined : first.conversation;
  }

  #remember(key: string, use: FirstUse): void {
    if (this.#uses.size < MAX_KEYS) this.#uses.set(key, use);
  }
}
