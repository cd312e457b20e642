import { HarnessError } from "./harness-error.ts";

const NO_SPACE = "Free some disk space, or raise the limit on the size of files (ulimit -f).";
const TOO_MANY = "Raise the limit on open files (ulimit -n) or end other programs; a run opens about 60 files.";
const NOT_ALLOWED =
  "Make the path readable and writable for this user, or name another one: LOG_DIR, UDPSEC_CACHE, TMPDIR.";
const NOT_THERE = "Name a folder that exists: LOG_DIR, UDPSEC_CACHE, TMPDIR.";
const NO_ROOM = "End other programs, or raise the limits on memory and processes (ulimit -a).";

/** What the system says, and what somebody can do about it. */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: NO_SPACE,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EROFS: NOT_ALLOWED,
  ENOENT: NOT_THERE,
  ENOTDIR: NOT_THERE,
  ENOMEM: NO_ROOM,
  EAGAIN: NO_ROOM,
};

/**
 * An error that the operating system gave, as one that a user can act on: a host that lacks something says nothing about a guest and
 * is no bug.
 *
 * @returns a HarnessError `host-fault`; undefined for errors of another kind
 */
export function asHostFault(error: unknown): HarnessError | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  const hint = HINTS[String(error.code)] ?? "Look at the path and the limits of this host (ulimit -a, df).";
  return new HarnessError("host-fault", `The host refused something: ${error.message}`, hint, { cause: error });
}
