/** Every reporter. What they write into the folder of a run, and what `--reporter` takes, follow this list. */
import type { ResultFile } from "../../run/result/result-file.ts";
import { ctrfReporter } from "./ctrf.ts";
import { githubReporter } from "./github.ts";
import { htmlReporter } from "./html.ts";
import { jsonReporter } from "./json.ts";
import { junitReporter } from "./junit.ts";
import { listReporter } from "./list.ts";
import type { Reporter } from "./reporter.ts";
import { summaryReporter } from "./summary.ts";
import { tapReporter } from "./tap.ts";

export const REPORTERS = {
  list: listReporter,
  json: jsonReporter,
  junit: junitReporter,
  tap: tapReporter,
  ctrf: ctrfReporter,
  github: githubReporter,
  html: htmlReporter,
  summary: summaryReporter,
} as const satisfies Readonly<Record<string, Reporter>>;

/** What each finished run leaves in its folder, besides `summary.json`. */
export const RESULT_FILES: readonly ResultFile[] = Object.values<Reporter>(REPORTERS).flatMap(
  ({ resultFile }) => resultFile ?? [],
);
