import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "./setup-error.ts";
import { withFileLock } from "./file-lock.ts";

/** Told what is done and why, one line. */
export type Announce = (line: string) => void;

/** Entries of a kind that stay, counted from the one used last. */
export const ENTRIES_KEPT_PER_KIND = 4;
/** An entry used this recently may belong to a run that goes on, however many there are. */
export const RECENTLY_USED_MS = 60 * 60 * 1000;

export interface CacheRequest {
  /** What it is: `kernel`, `node-disk`, ... */
  readonly kind: string;
  /** Everything that the contents depend on. */
  readonly key: unknown;
  /** For the announcement: `why` it is made is "not in the cache". */
  readonly describe: string;
  /** Fills an empty folder. */
  readonly make: (folder: string) => Promise<void>;
}

/**
 * A folder of folders named by what went into them. An entry appears by one rename when it is complete: whoever is killed
 * half-way leaves only a `tmp-` folder, which the next one removes. Two runs at once make an entry once.
 */
export class ContentCache {
  readonly folder: string;
  readonly #announce: Announce;

  constructor(folder: string, announce: Announce) {
    this.folder = folder;
    this.#announce = announce;
  }

  /**
   * @returns the folder of the entry
   * @throws SetupError `cache-unusable`, or what `make` throws
   */
  async obtain(request: CacheRequest): Promise<string> {
    const path = join(this.folder, `${request.kind}-${contentHash(request.key)}`);
    if (await this.#touch(path)) return path;
    await this.#prepareFolder();
    await withFileLock(join(this.folder, `${request.kind}.lock`), this.#announce, async () => {
      if (existsSync(path)) return;
      this.#announce(`${request.describe} (not in ${this.folder})`);
      await this.#removeLeftovers(request.kind);
      const temporary = await mkdtemp(join(this.folder, `tmp-${request.kind}-`));
      try {
        await request.make(temporary);
        await rename(temporary, path);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
      await this.#prune(request.kind);
    });
    return path;
  }

  /** Marks the entry as used now. @returns false when there is none */
  async #touch(path: string): Promise<boolean> {
    try {
      const now = new Date();
      await utimes(path, now, now);
      return true;
    } catch {
      // Another user's cache can be read though its times can't be set.
      return existsSync(path);
    }
  }

  async #prepareFolder(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
    } catch (error) {
      throw new SetupError(
        "cache-unusable",
        `The image cache ${this.folder} can't be created.`,
        "Make its parent writable, or set UDPSEC_CACHE to a folder that is.",
        { cause: error },
      );
    }
  }

  /** Under the kind's lock nobody else builds this kind: every temporary folder of it is a dead one. */
  async #removeLeftovers(kind: string): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (name.startsWith(`tmp-${kind}-`)) await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  async #prune(kind: string): Promise<void> {
    const pattern = new RegExp(`^${kind}-[0-9a-f]{16}$`);
    const entries: { path: string; usedMs: number }[] = [];
    for (const name of await readdir(this.folder)) {
      if (!pattern.test(name)) continue;
      const path = join(this.folder, name);
      entries.push({ path, usedMs: (await stat(path)).mtimeMs });
    }
    entries.sort((a, b) => b.usedMs - a.usedMs);
    for (const { path, usedMs } of entries.slice(ENTRIES_KEPT_PER_KIND)) {
      if (Date.now() - usedMs > RECENTLY_USED_MS) await rm(path, { recursive: true, force: true });
    }
  }
}

/** Sixteen hex digits that name a content. */
export function contentHash(key: unknown): string {
  return createHash("sha256").update(JSON.stringify(key)).digest("hex").slice(0, 16);
}
