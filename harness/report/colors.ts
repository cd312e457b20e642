/** Words for a terminal; plain text where colours aren't wanted. */
export interface Colors {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

const PLAIN: Colors = { good: same, bad: same, dim: same, strong: same };
const ANSI: Colors = { good: sgr(32), bad: sgr(31), dim: sgr(2), strong: sgr(1) };

/** NO_COLOR (any value but the empty one) and anything that is no terminal mean plain. */
export function colorsFor(isTerminal: boolean, environment: NodeJS.ProcessEnv): Colors {
  const refused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  return isTerminal && !refused ? ANSI : PLAIN;
}

function same(text: string): string {
  return text;
}

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}
