/** Lines that are kept, the last ones: a guest that prints for ever must not fill our memory. */
const MAX_LINES = 500;
const MAX_LINE_UNITS = 400;
/** Shorter texts stand somewhere in any longer one. */
const MIN_UNITS = 10;
/** What two writers mix lies in pieces: a changed wording leaves long ones, a mixture short ones. */
const LONGEST_MEAN_PIECE = 3;
/** Two writers, one of them twice as fast. */
const MAX_STRETCH = 3;
/** The line end of the one stands in the middle of what the other writes. */
const LINES_IN_A_MIXTURE = 3;

/** Lines that were no markers, in which the bytes of a missing one are looked for. */
export class MixedLines {
  readonly #lines: string[] = [];

  add(line: string): void {
    if (line === "") return;
    this.#lines.push(line.slice(0, MAX_LINE_UNITS));
    if (this.#lines.length > 2 * MAX_LINES) this.#lines.splice(0, MAX_LINES);
  }

  /** @returns the first lines that hold all of a text in its order, among bytes of something else; undefined: none do */
  find(text: string): string | undefined {
    for (let at = 0; at < this.#lines.length; at += 1) {
      const together = this.#lines.slice(at, at + LINES_IN_A_MIXTURE);
      const count = together.findIndex((_, last) => isMixedInto(text, together.slice(0, last + 1).join("")));
      if (count !== -1) return together.slice(0, count + 1).join("\n");
    }
    return undefined;
  }
}

function isMixedInto(text: string, shown: string): boolean {
  if (text.length < MIN_UNITS || shown.length <= text.length) return false;
  const [first = ""] = text;
  for (let from = shown.indexOf(first); from !== -1; from = shown.indexOf(first, from + 1)) {
    if (piecesFrom(text, shown, from) * LONGEST_MEAN_PIECE >= text.length) return true;
  }
  return false;
}

/** @returns in how many pieces a text lies there from a place on; 0: it doesn't, or is scattered too far */
function piecesFrom(text: string, shown: string, from: number): number {
  const end = Math.min(shown.length, from + text.length * MAX_STRETCH);
  let found = 0;
  let pieces = 0;
  let lastAt = -1;
  for (let at = from; at < end && found < text.length; at += 1) {
    if (shown[at] !== text[found]) continue;
    if (at !== lastAt + 1 || found === 0) pieces += 1;
    lastAt = at;
    found += 1;
  }
  return found === text.length ? pieces : 0;
}
