import type { RunReporter } from "../run/run-reporter.ts";

/** The suite has its own lines. */
export const SILENT: RunReporter = {
  setup: () => undefined,
  started: () => undefined,
  rung: () => undefined,
  note: () => undefined,
  ended: () => undefined,
};
