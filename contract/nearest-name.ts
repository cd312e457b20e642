/** How different a name may be and still be what somebody meant: a third of its length, at least two edits. */
function toleratedEdits(name: string): number {
  return Math.max(2, Math.floor(name.length / 3));
}

/** @returns the candidate closest to what was written, or undefined if none is close */
export function nearestName(written: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestEdits = toleratedEdits(written) + 1;
  for (const candidate of candidates) {
    const edits = editDistance(written.toLowerCase(), candidate.toLowerCase());
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** @returns `; did you mean X?` to stand behind a sentence, or nothing */
export function suggestion(written: string, candidates: Iterable<string>): string {
  const near = nearestName(written, candidates);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** @returns insertions, deletions, replacements and swaps of neighbours between two names (optimal string alignment) */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, (beforeLast[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
