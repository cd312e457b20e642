/** Every reporter. What they write into the folder of a run follows this list. */
import type { ResultFile } from "../../run/result/result-file.ts";
import { jsonReporter } from "./json.ts";
import { junitReporter } from "./junit.ts";
import { progressReporter } from "./progress.ts";
import type { Reporter } from "./reporter.ts";
import { summaryReporter } from "./summary.ts";

export const REPORTERS = {
  progress: progressReporter,
  json: jsonReporter,
  junit: junitReporter,
  summary: summaryReporter,
} as const satisfies Readonly<Record<string, Reporter>>;

/** What each finished run leaves in its folder, besides `summary.json`. */
export const RESULT_FILES: readonly ResultFile[] = Object.values<Reporter>(REPORTERS).flatMap(
  ({ resultFile }) => resultFile ?? [],
);
