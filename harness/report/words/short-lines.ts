/** A line on a screen is read, not searched: what is beyond stands in the run's files. */
const MAX_SHOWN_UNITS = 300;

/** @param text of one line or several @returns each with at most `MAX_SHOWN_UNITS`; one that was longer says how much is left out */
export function shortLines(text: string): string {
  return text.split("\n").map(shortLine).join("\n");
}

function shortLine(line: string): string {
  if (line.length <= MAX_SHOWN_UNITS) return line;
  const note = ` ... (${line.length} characters)`;
  // Half of a pair is no character.
  return `${line.slice(0, MAX_SHOWN_UNITS - note.length).replace(/[\ud800-\udbff]$/, "")}${note}`;
}
