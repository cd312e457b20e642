import { open, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { findProgram } from "./host-tool.ts";
import { SetupError } from "./setup-error.ts";
import { SupervisedChild } from "./supervised-child.ts";

/** Making an image takes a minute on a slow network; a lock held for longer is a bug or a hang of its holder. */
const WAIT_SECONDS = 600;
/** Any status that neither flock nor the shell uses otherwise. */
const BUSY_STATUS = 75;

/**
 * Runs `work` while nobody else holds the lock on `path`. The lock is the kernel's (flock), held by a child that lives as long
 * as its standard input is open: a killed holder leaves nothing behind, so no lock is ever stale.
 *
 * @param announce told who holds the lock when it has to be waited for
 * @throws SetupError `cache-unusable` when the lock isn't free within ten minutes, `tool-missing`, or what `work` throws
 */
export async function withFileLock<T>(
  path: string,
  announce: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const flock = flockProgram();
  let holder = new LockHolder([flock, "--nonblock", "-E", String(BUSY_STATUS), path]);
  if ((await holder.outcome) === "busy") {
    announce(`waiting for ${path}, held by ${await holderOf(path)} (at most ${WAIT_SECONDS} s)`);
    holder = new LockHolder([flock, "--wait", String(WAIT_SECONDS), "-E", String(BUSY_STATUS), path]);
  }
  const outcome = await holder.outcome;
  if (outcome === "busy") {
    const hint = "End the process that holds it, or set UDPSEC_CACHE to another folder.";
    throw new SetupError("cache-unusable", `The lock ${path} is still held by ${await holderOf(path)}.`, hint);
  }
  if (outcome !== "locked") throw untakable(path, outcome);
  try {
    // Another user's lock can be held though nothing can be written into it.
    await leaveName(path).catch(() => undefined);
    return await work();
  } finally {
    await holder.release();
  }
}

/** A lock that is held until it is released, or its process ends. */
export interface HeldLock {
  release(): Promise<void>;
}

/**
 * @returns the lock on `path`, undefined if somebody else holds it
 * @throws SetupError `tool-missing`, `cache-unusable`
 */
export async function tryFileLock(path: string): Promise<HeldLock | undefined> {
  const holder = new LockHolder([flockProgram(), "--nonblock", "-E", String(BUSY_STATUS), path]);
  const outcome = await holder.outcome;
  if (outcome === "locked") return holder;
  if (outcome === "busy") return undefined;
  throw untakable(path, outcome);
}

function flockProgram(): string {
  const flock = findProgram("flock");
  if (flock !== undefined) return flock;
  throw new SetupError("tool-missing", "The program flock is missing.", "As root: apt-get install -y util-linux");
}

function untakable(path: string, why: string): SetupError {
  const hint = "The folder must be writable; UDPSEC_CACHE names another one.";
  return new SetupError("cache-unusable", `The lock ${path} can't be taken: ${why}`, hint);
}

class LockHolder {
  /** `locked`, `busy`, or why it can't be taken. */
  readonly outcome: Promise<string>;
  readonly #child: SupervisedChild;

  constructor(flock: readonly string[]) {
    let said = "";
    let locked = (): void => undefined;
    const isLocked = new Promise<string>((resolve) => (locked = () => resolve("locked")));
    this.#child = new SupervisedChild([...flock, "sh", "-c", "echo locked; exec cat >/dev/null"], {
      onStdout: locked,
      stderr: (chunk) => (said = (said + Buffer.from(chunk).toString()).slice(-200)),
    });
    const refused = this.#child.ended.then(({ exitCode, startError }) =>
      exitCode === BUSY_STATUS ? "busy" : (startError?.message ?? said.trim()),
    );
    this.outcome = Promise.race([isLocked, refused]);
  }

  async release(): Promise<void> {
    this.#child.closeInput();
    await this.#child.ended;
  }
}

/** For whoever waits. Nothing else depends on it. */
async function leaveName(path: string): Promise<void> {
  const file = await open(path, "w");
  const what = process.argv.slice(2).join(" ");
  await file.writeFile(`process ${process.pid} on ${hostname()} (udpsec ${what})`).finally(() => file.close());
}

async function holderOf(path: string): Promise<string> {
  const name = await readFile(path, "utf8").catch(() => "");
  return name === "" ? "another process" : name;
}
