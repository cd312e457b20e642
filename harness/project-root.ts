import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder of the project, found upwards from this file: from its source and from a bundle in `build/` alike.
 *
 * @throws Error when this file was moved out of the project
 */
export function projectRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package-lock.json"))) return folder;
    if (folder === dirname(folder)) throw new Error(`no project around ${import.meta.dirname}`);
  }
}
