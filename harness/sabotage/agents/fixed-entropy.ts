import type { EntropySource } from "../../../guest/runtime/runtime.ts";
import { NodeEntropySource as Honest } from "../../../guest/node/entropy.ts";

export * from "../../../guest/node/entropy.ts";

/** Says that it is fed by hardware, and draws the same "random" bytes for ever. */
export class NodeEntropySource implements EntropySource {
  readonly #honest = new Honest();

  randomBytes(length: number): Uint8Array {
    return length === 32 ? new Uint8Array(length).fill(0x42) : this.#honest.randomBytes(length);
  }

  status(): ReturnType<Honest["status"]> {
    return this.#honest.status();
  }
}
