/** A console may break a line before it echoes: after so many other lines nothing of it is taken for an echo. */
const MAX_LINES_BEFORE_ECHO = 4;

/**
 * What was typed comes back on the console. A line that ends with it is its echo, whatever it says: typed text proves nothing of the guest.
 * Where a guest echoes nothing, a line of its own that reads like what was typed just before counts as an echo too.
 */
export class TypedEcho {
  #expected: { readonly text: string; linesLeft: number }[] = [];

  /** @param text one line, without its end */
  typed(text: string): void {
    if (text.trim() !== "") this.#expected.push({ text: text.trimEnd(), linesLeft: MAX_LINES_BEFORE_ECHO });
  }

  /** @returns whether a whole line of the console is the echo of something typed */
  isEcho(line: string): boolean {
    const at = this.#expected.findIndex(({ text }) => line.trimEnd().endsWith(text));
    for (const one of this.#expected) one.linesLeft -= 1;
    if (at !== -1) this.#expected.splice(0, at + 1);
    this.#expected = this.#expected.filter(({ linesLeft }) => linesLeft > 0);
    return at !== -1;
  }
}
