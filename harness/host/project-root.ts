import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupError } from "./setup-error.ts";

/**
 * The folder of the project, found upwards from this file: from its source and from a bundle in `build/` alike.
 *
 * @throws SetupError when this file was moved out of the project
 */
export function projectRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package-lock.json"))) return folder;
    if (folder === dirname(folder)) throw moved();
  }
}

function moved(): SetupError {
  const message = `No project (package-lock.json) in or above ${import.meta.dirname}.`;
  return new SetupError("project-missing", message, "Run the scripts of a clone; a bundle does not work on its own.");
}
