import { findProgram } from "./host-tool.ts";
import { SetupError } from "./setup-error.ts";

/**
 * `$0` is the process id of the parent, `$1` the largest file that may be written (in blocks of 512 bytes, or "unlimited"). If the
 * parent died before this process asked for the signal, the signal never comes: so the shell checks once that it still has that
 * parent (a shell learns it when it starts, after the request), then becomes the program. A limit that is lower already stays.
 */
const CHECK_PARENT = '[ "$PPID" = "$0" ] || exit 1; ulimit -f "$1" 2>/dev/null; shift; exec "$@"';
const BLOCK_BYTES = 512;

/** Limits of a bound command. */
export interface BoundOptions {
  readonly parentPid?: number;
  /** The kernel ends the command when it writes a longer file; no limit if left out. */
  readonly maxFileBytes?: number;
}

/**
 * Wraps a command so that the kernel kills it when the thread that started it ends, kill -9 included (prctl(2),
 * PR_SET_PDEATHSIG). Start it from the main thread. The process id stays that of the command.
 *
 * @throws SetupError `tool-missing`
 */
export function boundToParent(
  command: readonly string[],
  { parentPid = process.pid, maxFileBytes }: BoundOptions = {},
): readonly [string, ...string[]] {
  const setpriv = findProgram("setpriv");
  if (setpriv === undefined) {
    throw new SetupError("tool-missing", "The program setpriv is missing.", "As root: apt-get install -y util-linux");
  }
  const blocks = maxFileBytes === undefined ? "unlimited" : String(Math.ceil(maxFileBytes / BLOCK_BYTES));
  return [setpriv, "--pdeathsig", "KILL", "--", "/bin/sh", "-c", CHECK_PARENT, String(parentPid), blocks, ...command];
}
