import { readFileSync, statSync } from "node:fs";
import { HarnessError } from "../../host/harness-error.ts";

/** Of one file: ten times the largest that a project has. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

/** @param what it should be, for the hint @throws HarnessError `proof-manifest-invalid` for a file that can't be read, or is too large */
export function manifestText(path: string, what: string): string {
  const invalid = (why: string, cause?: unknown): HarnessError =>
    new HarnessError("proof-manifest-invalid", `${path} can't be read (${why})`, `name ${what}`, { cause });
  try {
    if (statSync(path).size <= MAX_MANIFEST_BYTES) return readFileSync(path, "utf8");
  } catch (cause) {
    throw invalid((cause as NodeJS.ErrnoException).code ?? String(cause), cause);
  }
  throw invalid(`more than ${MAX_MANIFEST_BYTES / 1024 / 1024} MiB`);
}
