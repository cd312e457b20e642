import { Prng } from "../scheduler/prng.ts";
import type { EntropySource, EntropyStatus } from "../../runtime/runtime.ts";

/** Seeded randomness of one host: the same run again draws the same. */
export class VirtualEntropy implements EntropySource {
  readonly #prng: Prng;
  readonly #status: () => EntropyStatus;

  /** @param status asked each time, as the system is */
  constructor(seed: number, node: string, status: () => EntropyStatus) {
    this.#prng = new Prng(seed, "entropy", node);
    this.#status = status;
  }

  randomBytes(length: number): Uint8Array {
    return this.#prng.bytes(length);
  }

  status(): EntropyStatus {
    return this.#status();
  }
}
