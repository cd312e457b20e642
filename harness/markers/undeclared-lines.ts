/** Different lines that a note quotes: a guest that prints others for ever must not fill our memory. */
const MAX_QUOTED = 5;

/** Lines that claim to be markers and are in no list, collected to be told once. */
export class UndeclaredLines {
  /** One more than is quoted: then there are more. */
  readonly #kept = new Set<string>();
  #count = 0;

  add(line: string): void {
    this.#count += 1;
    if (this.#kept.size <= MAX_QUOTED) this.#kept.add(line);
  }

  /** @returns how many there were and the first of them; undefined: none */
  note(): string | undefined {
    if (this.#count === 0) return undefined;
    const quoted = [...this.#kept].slice(0, MAX_QUOTED).map((line) => `"${line}"`);
    const more = this.#kept.size > MAX_QUOTED ? ", ..." : "";
    return `${this.#count} lines begin as markers do and are not declared: ${quoted.join(", ")}${more}`;
  }
}
