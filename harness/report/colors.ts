import { createColors } from "picocolors";

/** Words for a terminal; plain text where colours aren't wanted. */
export interface Colors {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/**
 * NO_COLOR (https://no-color.org: any value but the empty one), FORCE_COLOR=0 and anything that is no terminal mean plain; FORCE_COLOR with any
 * other value means colours where nobody sees a terminal, as in the log of CI.
 */
export function colorsFor(isTerminal: boolean, environment: NodeJS.ProcessEnv): Colors {
  const { NO_COLOR = "", FORCE_COLOR = "", TERM } = environment;
  const isRefused = NO_COLOR !== "" || ["0", "false"].includes(FORCE_COLOR);
  const isPossible = FORCE_COLOR !== "" || (isTerminal && TERM !== "dumb");
  const { green, red, dim, bold } = createColors(isPossible && !isRefused);
  return { good: green, bad: red, dim, strong: bold };
}
