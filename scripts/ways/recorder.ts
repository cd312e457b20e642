/** Notes which files' functions are entered, in the order of the first time. */

/** The name under which the bundled files find the recorder that is at work. */
export const ENTERED = "udpsecFileEntered";

export class Recorder {
  /** Paths from the project's root. */
  readonly files = new Set<string>();
  readonly #end: string | undefined;

  /** @param end recording stops when this file is entered; it is not part of the record */
  constructor(end?: string) {
    this.#end = end;
  }

  start(): void {
    Object.assign(globalThis, { [ENTERED]: (file: string) => this.#entered(file) });
  }

  stop(): void {
    Object.assign(globalThis, { [ENTERED]: undefined });
  }

  /** Records while `work` runs. @returns what it returns */
  during<T>(work: () => T): T {
    this.start();
    try {
      return work();
    } finally {
      this.stop();
    }
  }

  #entered(file: string): void {
    if (file === this.#end) this.stop();
    else this.files.add(file);
  }
}
