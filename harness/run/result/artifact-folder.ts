import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { printable } from "../../console/printable.ts";
import { HarnessError } from "../../host/harness-error.ts";

/** Runs kept per folder; the oldest go first. */
export const MAX_KEPT_RUNS = 60;
export const MAX_KEPT_BYTES = 2 * 1024 ** 3;
/** In a run's folder: never pruned. */
const KEEP_FILE = "keep";
const SUMMARY_FILE = "summary.json";
const RUN_FOLDER = /^[a-z][A-Za-z0-9.-]*--(?<time>\d{8}T\d{9}Z)--[A-Za-z0-9._-]+$/;
/** A run without a summary is going on, unless it is older than this. */
const UNFINISHED_AGE_MS = 24 * 3600 * 1000;

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
      const time = new Date(at).toISOString().replace(/[-:.]/g, "");
      const path = join(root, `${folderName(profile)}--${time}--${seed}`);
      try {
        mkdirSync(root, { recursive: true });
        mkdirSync(path);
      } catch (cause) {
        // Replays share their seed, and side by side they may share the millisecond too: the next one is free.
        if (isTaken(cause) && existsSync(path)) continue;
        throw writeError(path, cause);
      }
      const folder = new ArtifactFolder(path);
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

/** @returns a profile's name as shells and archives take it: `x[loss=0.05]` is `x.loss-0.05` */
function folderName(profile: string): string {
  return profile
    .replaceAll("=", "-")
    .replace(/[^A-Za-z0-9.-]+/g, ".")
    .replace(/\.$/, "");
}

interface KeptRun {
  readonly path: string;
  readonly time: string;
  readonly bytes: number;
}

/** Removes the oldest finished runs past the limits. @returns the folders that went */
export function pruneRuns(root: string, maxRuns: number = MAX_KEPT_RUNS, maxBytes: number = MAX_KEPT_BYTES): string[] {
  // No run could make it: the runs told why.
  if (!existsSync(root) || !statSync(root).isDirectory()) return [];
  const runs = readdirSync(root)
    .filter((name) => RUN_FOLDER.test(name))
    .flatMap((name) => describeRun(root, name))
    .sort((a, b) => (a.time < b.time ? 1 : -1));
  let bytes = 0;
  const removed: string[] = [];
  runs.forEach((run, index) => {
    bytes += run.bytes;
    if (index < maxRuns && bytes <= maxBytes) return;
    rmSync(run.path, { recursive: true, force: true });
    removed.push(run.path);
  });
  return removed;
}

function describeRun(root: string, name: string): KeptRun | [] {
  const path = join(root, name);
  try {
    const files = readdirSync(path);
    if (files.includes(KEEP_FILE)) return [];
    const isRecent = Date.now() - statSync(path).mtimeMs < UNFINISHED_AGE_MS;
    if (!files.includes(SUMMARY_FILE) && isRecent) return [];
    const bytes = files.reduce((sum, file) => sum + lstatSync(join(path, file)).size, 0);
    return { path, time: RUN_FOLDER.exec(name)?.groups?.["time"] ?? "", bytes };
  } catch {
    // Another run prunes at the same time.
    return [];
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
