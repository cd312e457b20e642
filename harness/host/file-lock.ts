import { spawn } from "node:child_process";
import { once } from "node:events";
import { SetupError } from "./setup-error.ts";

/** Making an image takes a minute on a slow network; a lock held for longer is a bug or a hang of its holder. */
const WAIT_SECONDS = 600;

/**
 * Runs `work` while nobody else holds the lock on `path`. The lock is the kernel's (flock), held by a child that lives as long
 * as its standard input is open: a killed holder leaves nothing behind, so no lock is ever stale.
 *
 * @throws SetupError `cache-unusable` when the lock isn't free within ten minutes, or what `work` throws
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn(
    "flock",
    ["--wait", String(WAIT_SECONDS), path, "sh", "-c", "echo locked; exec cat >/dev/null"],
    {
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  const exited = once(holder, "close");
  const locked = await Promise.race([
    once(holder.stdout, "data").then(() => true),
    exited.then(
      () => false,
      () => false,
    ),
  ]);
  if (!locked) {
    throw new SetupError(
      "cache-unusable",
      `The lock ${path} can't be taken.`,
      "Another run has held it for ten minutes, the folder isn't writable, or `flock` (util-linux) is missing.",
    );
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await exited;
  }
}
