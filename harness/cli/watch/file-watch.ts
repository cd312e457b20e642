/** Files and folders that somebody works on: what changed, once it has settled. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, sep } from "node:path";
import { watch, type FSWatcher } from "chokidar";

/** An editor writes a file in several steps, a checkout many files: changes that follow each other this closely are one. */
const SETTLED_MS = 200;
/** However long they go on. */
const LONGEST_MS = 2_000;
/** Of one change; more would not be shown. */
const MAX_PATHS = 1_000;
/** What editors leave beside a file, hidden files, and tests: no run depends on them. */
const IGNORED = /^\.|~$|\.(?:sw[a-z]|tmp|orig|rej)$|^4913$|\.test\.ts$|^node_modules$/;

export interface FileWatchOptions {
  /** Absolute; folders with all that is in them. A file may go and come again, or not be there yet. */
  readonly places: readonly string[];
  readonly onChange: (paths: readonly string[]) => void;
  /** It can't watch: the system has no room for it, say. */
  readonly onError: (error: Error) => void;
  /** For tests. */
  readonly settledMs?: number;
}

export class FileWatch {
  readonly #watcher: FSWatcher;
  readonly #options: FileWatchOptions;
  readonly #changed = new Set<string>();
  #settled: NodeJS.Timeout | undefined;
  #longest: NodeJS.Timeout | undefined;

  private constructor(options: FileWatchOptions) {
    this.#options = options;
    const { roots, isIgnored } = rootsOf(options.places);
    this.#watcher = watch(roots, { ignoreInitial: true, ignored: isIgnored });
    this.#watcher.on("all", (_event, path) => this.#take(path));
    this.#watcher.on("error", (error) => options.onError(error instanceof Error ? error : new Error(String(error))));
  }

  /** @returns once it sees what changes */
  static async start(options: FileWatchOptions): Promise<FileWatch> {
    const made = new FileWatch(options);
    await new Promise<void>((resolve) => void made.#watcher.once("ready", () => resolve()));
    return made;
  }

  async close(): Promise<void> {
    clearTimeout(this.#settled);
    clearTimeout(this.#longest);
    await this.#watcher.close();
  }

  #take(path: string): void {
    if (this.#changed.size < MAX_PATHS) this.#changed.add(path);
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => this.#tell(), this.#options.settledMs ?? SETTLED_MS);
    this.#longest ??= setTimeout(() => this.#tell(), LONGEST_MS);
  }

  #tell(): void {
    clearTimeout(this.#settled);
    clearTimeout(this.#longest);
    this.#longest = undefined;
    const paths = [...this.#changed];
    this.#changed.clear();
    this.#options.onChange(paths);
  }
}

/** Of a file its folder is watched: chokidar 5 loses sight of a file that is made anew, and of one that isn't there. */
function rootsOf(places: readonly string[]): { roots: string[]; isIgnored: (path: string) => boolean } {
  const folders = places.filter((place) => statSync(place, { throwIfNoEntry: false })?.isDirectory() === true);
  const files = new Set(places.filter((place) => !folders.includes(place)));
  const roots = new Set([
    ...folders,
    ...[...files].map((file) => dirname(file)).filter((folder) => existsSync(folder)),
  ]);
  const isWithin = (path: string): boolean => folders.some((folder) => path.startsWith(folder + sep));
  return {
    roots: [...roots],
    // The places themselves may be called as they like.
    isIgnored: (path) => !roots.has(path) && !files.has(path) && (!isWithin(path) || IGNORED.test(basename(path))),
  };
}
