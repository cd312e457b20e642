import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "./setup-error.ts";
import { damageOf, writeRecord } from "./entry-record.ts";
import { withFileLock } from "./file-lock.ts";
import { asHostFault } from "./host-fault.ts";

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

/** Entries that this process has looked at: what it boots from it reads again, but it hashes them once. */
const sound = new Set<string>();

/**
 * A folder of folders named by what went into them. An entry appears by one rename when it is complete: whoever is killed
 * half-way leaves only a `tmp-` folder, which the next one removes. Two runs at once make an entry once. On its first use by a
 * process an entry is compared with its list of sizes and hashes, and made again if it differs.
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
    try {
      if ((await this.#obstacle(path)) === undefined) return path;
      const isNew = (await mkdir(this.folder, { recursive: true })) !== undefined;
      // Whatever the umask: other users of this machine may read it too.
      if (isNew) await chmod(this.folder, 0o755);
      await withFileLock(join(this.folder, `${request.kind}.lock`), this.#announce, () => this.#make(request, path));
      return path;
    } catch (error) {
      throw this.#unusable(error) ?? error;
    }
  }

  /** Under the lock of this kind of entry. */
  async #make(request: CacheRequest, path: string): Promise<void> {
    // Another process may have made it meanwhile.
    const obstacle = await this.#obstacle(path);
    if (obstacle === undefined) return;
    this.#announce(`${request.describe} (${obstacle})`);
    await this.#removeLeftovers(request.kind);
    const temporary = await mkdtemp(join(this.folder, `tmp-${request.kind}-`));
    try {
      await request.make(temporary);
      await writeRecord(temporary);
      await this.#removeDamaged(path, request.kind);
      await rename(temporary, path);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    sound.add(path);
    await this.#prune(request.kind);
  }

  /** @returns why the entry can't be used, undefined if it can: then it is marked as used now */
  async #obstacle(path: string): Promise<string | undefined> {
    if (!existsSync(path)) return `not in ${this.folder}`;
    const damage = sound.has(path) ? undefined : await damageOf(path);
    if (damage !== undefined) return `the one in ${this.folder} is damaged: ${damage}`;
    sound.add(path);
    const now = new Date();
    // Another user's cache can be read though its times can't be set.
    await utimes(path, now, now).catch(() => undefined);
    return undefined;
  }

  /** A machine may run from it: its files stay for as long as it has them open. */
  async #removeDamaged(path: string, kind: string): Promise<void> {
    if (!existsSync(path)) return;
    const aside = await mkdtemp(join(this.folder, `tmp-${kind}-`));
    await rename(path, join(aside, "damaged"));
    await rm(aside, { recursive: true, force: true });
  }

  /** @returns an error of the file system as one of the cache; undefined for any other */
  #unusable(error: unknown): SetupError | undefined {
    const fault = asHostFault(error);
    if (fault === undefined) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    const hint = `Make it readable and writable for this user, with space left, or set UDPSEC_CACHE to another folder.`;
    return new SetupError("cache-unusable", `The image cache ${this.folder} can't be used: ${why}`, hint, {
      cause: error,
    });
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
