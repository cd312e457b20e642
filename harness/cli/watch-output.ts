import { EXIT, type ExitCode } from "./exit-codes.ts";

/**
 * What happens to output that can't be written. A reader that left early (`udpsec ... | head`) is no error worth a word, a full disk
 * is; but a status of 0 says that the outcome was told, so that neither ends with it. On stderr nothing is left to tell it to.
 */
export function watchOutput(target: NodeJS.Process): void {
  let lost: ExitCode | undefined;
  target.stderr.on("error", () => undefined);
  target.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (lost !== undefined) return;
    lost = error.code === "EPIPE" ? EXIT.readerGone : EXIT.cannotRun;
    if (lost === EXIT.cannotRun)
      target.stderr.write(`udpsec: the output can't be written (${error.code ?? error.message})\n`);
  });
  // Writes fail after the command has ended, too.
  target.on("exit", (status) => {
    if (status === EXIT.passed && lost !== undefined) target.exitCode = lost;
  });
}
