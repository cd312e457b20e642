/** Ephemeral keys of earlier runs: a guest that draws the same ones in every run shows only here. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Of thousands of runs. The file is cut back to these once it holds twice as many. */
export const MAX_REMEMBERED_KEYS = 50_000;
const FILE = "ephemeral-keys.txt";
const KEY = /^[0-9a-f]{64}$/;

export class KeyHistory {
  readonly #folder: string;
  readonly #maxKeys: number;

  /** @param folder made when there is something to remember */
  constructor(folder: string, maxKeys = MAX_REMEMBERED_KEYS) {
    this.#folder = folder;
    this.#maxKeys = maxKeys;
  }

  /** A history that can't be read must not fail a run either. @returns hex keys, oldest first; lines that are none are left out */
  earlier(): string[] {
    try {
      return readFileSync(this.#path, "utf8")
        .split("\n")
        .filter((line) => KEY.test(line));
    } catch {
      return [];
    }
  }

  /** A history that can't be written must not fail a run. @param keys hex */
  remember(keys: readonly string[]): void {
    if (keys.length === 0) return;
    try {
      mkdirSync(this.#folder, { recursive: true });
      appendFileSync(this.#path, keys.map((key) => `${key}\n`).join(""));
      this.#cutBack();
    } catch {
      return;
    }
  }

  get #path(): string {
    return join(this.#folder, FILE);
  }

  /** Rewritten aside: two runs at once may both come by. */
  #cutBack(): void {
    const keys = this.earlier();
    if (keys.length < 2 * this.#maxKeys) return;
    const aside = `${this.#path}.${process.pid}`;
    writeFileSync(aside, `${keys.slice(-this.#maxKeys).join("\n")}\n`);
    renameSync(aside, this.#path);
  }
}
