import { findProgram } from "../host/host-tool.ts";
import { SetupError } from "../host/setup-error.ts";

/**
 * `$0` is the process id of the parent. If the parent died before this process asked for the signal, the signal never comes: so the
 * shell checks once that it still has that parent, then becomes the program.
 */
const CHECK_PARENT = '[ "$(cut -d" " -f4 /proc/$$/stat)" = "$0" ] || exit 1; exec "$@"';

/**
 * Wraps a command so that the kernel kills it when the thread that started it ends, kill -9 included (prctl(2),
 * PR_SET_PDEATHSIG). Start it from the main thread. The process id stays that of the command.
 *
 * @throws SetupError `tool-missing`
 */
export function boundToParent(
  command: readonly string[],
  parentPid: number = process.pid,
): readonly [string, ...string[]] {
  const setpriv = findProgram("setpriv");
  if (setpriv === undefined) {
    throw new SetupError("tool-missing", "The program setpriv is missing.", "As root: apt-get install -y util-linux");
  }
  return [setpriv, "--pdeathsig", "KILL", "--", "sh", "-c", CHECK_PARENT, String(parentPid), ...command];
}
