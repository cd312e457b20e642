import type { RunResult } from "./run-result.ts";

/** One text about a finished run, written into its artifact folder. */
export interface ResultFile {
  /** Its name in the folder. */
  readonly file: string;
  format(result: RunResult): string;
}
