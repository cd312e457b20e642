/** What of the project the table of requirements is made from. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RequirementText } from "./requirements.ts";

export const TABLE = "docs/distributed/requirements.md";
/** In the order in which the table lists them. */
const DOCUMENTS = ["dsoftbus-transport", "receiving", "services", "formats", "discovery"].map(
  (name) => `docs/distributed/${name}.md`,
);
/** Tests, and what tests run: attacks and scenarios. Those of this folder talk of ids that don't exist. */
const NAMING = /^(guest|harness|contract|scripts)\/(?!requirements\/).*(\.test\.ts|attacks\/.*\.ts|scenarios\/.*\.ts)$/;
const VECTORS = /^fixtures\/vectors\/.*\.json$/;

export interface ProjectTexts {
  readonly documents: readonly RequirementText[];
  readonly naming: readonly RequirementText[];
}

export function readProject(root: string): ProjectTexts {
  const read = (path: string): RequirementText => ({ path, text: readFileSync(join(root, path), "utf8") });
  // Files that are not committed yet count too.
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const files = listed.toString("utf8").trim().split("\n").sort();
  const naming = files.filter((path) => (NAMING.test(path) || VECTORS.test(path)) && existsSync(join(root, path)));
  return { documents: DOCUMENTS.map(read), naming: naming.map(read) };
}
