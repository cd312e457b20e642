/** So often a machine may be reset before it says a word: firmware takes one to get going, or two. */
const MAX_IN_A_ROW = 8;

/** Tells resets that are a boot of their own from those of firmware: a machine that QEMU reset may reset itself once more before it starts. */
export class SilentResets {
  #isSilent = true;
  #count = 0;

  /** Anything came from the machine. */
  heard(): void {
    this.#isSilent = false;
  }

  /** A boot of its own begins. */
  bootsAgain(): void {
    this.#isSilent = true;
    this.#count = 0;
  }

  /** The guest resets the machine. @returns whether that is none of its boots */
  takes(): boolean {
    if (!this.#isSilent || this.#count >= MAX_IN_A_ROW) return false;
    this.#count += 1;
    return true;
  }
}
