import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { printable } from "../../console/printable.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { beginLife, endLife } from "./living-run.ts";
import { runFolderName } from "./run-folder-name.ts";

/** In a run's folder: never pruned. */
export const KEEP_FILE = "keep";

/** One run's folder, `<profile>--<time>--<seed>`. */
export class ArtifactFolder {
  readonly path: string;
  /** The first write that failed; a full disk must not look like a guest's failure. */
  #failure: HarnessError | undefined;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param root `build/runs` or what LOG_DIR names @throws HarnessError `artifacts-unwritable` */
  static create(root: string, profile: string, seed: string, startedAt: Date): ArtifactFolder {
    for (let at = startedAt.getTime(); ; at += 1) {
      const path = join(root, runFolderName(profile, at, seed));
      try {
        mkdirSync(root, { recursive: true });
        mkdirSync(path);
      } catch (cause) {
        // Replays share their seed, and side by side they may share the millisecond too: the next one is free.
        if (isTaken(cause) && existsSync(path)) continue;
        throw writeError(path, cause);
      }
      const folder = new ArtifactFolder(path);
      beginLife(path);
      folder.#pointLatest(root);
      return folder;
    }
  }

  get failure(): HarnessError | undefined {
    return this.#failure;
  }

  /**
   * Writes a text file; a failure is kept for the verdict instead of thrown, so that the run still ends in order.
   *
   * @param contents may be what a guest printed: whoever shows the file on a terminal must not obey it
   */
  write(name: string, contents: string, mode = 0o666): void {
    try {
      writeFileSync(join(this.path, name), printable(contents), { mode });
    } catch (cause) {
      this.#failure ??= writeError(join(this.path, name), cause);
    }
  }

  /** It has a summary: it no longer goes on. */
  end(): void {
    endLife(this.path);
  }

  keep(): void {
    this.write(KEEP_FILE, "not pruned while this file is here\n");
  }

  static remove(path: string): void {
    rmSync(path, { recursive: true, force: true });
  }

  /** Two runs at once both may: the link is made aside and renamed into place. */
  #pointLatest(root: string): void {
    const aside = join(root, `.latest-${process.pid}-${basename(this.path)}`);
    try {
      symlinkSync(basename(this.path), aside);
      renameSync(aside, join(root, "latest"));
    } catch (cause) {
      rmSync(aside, { force: true });
      this.#failure ??= writeError(join(root, "latest"), cause);
    }
  }
}

function isTaken(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}

/** @returns `disk-full` or `artifacts-unwritable`, with what to do */
export function writeError(path: string, cause: unknown): HarnessError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new HarnessError("disk-full", `no space left for ${path}`, "free some, or set LOG_DIR to another disk", {
      cause,
    });
  }
  const hint = "LOG_DIR or --output-dir must name a folder that can be written";
  return new HarnessError("artifacts-unwritable", `can't write ${path} (${code})`, hint, { cause });
}
