/** `udpsec test --watch`. */
import { relative } from "node:path";
import { HarnessError } from "../host/harness-error.ts";
import { usageError, type CommandIo, type ParsedArguments } from "./command.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";
import { takesStdout } from "./reporter-wishes.ts";
import type { TestOptions } from "./test-options.ts";
import { FileWatch } from "./watch/file-watch.ts";
import { Rounds } from "./watch/rounds.ts";
import { startStage } from "./watch/stage-process.ts";
import { listenToWatchKeys, WATCH_KEYS_TEXT } from "./watch/watch-keys.ts";
import { watchedPlaces, watchStages, writtenName } from "./watch-plan.ts";

/** They ask for one answer, or for a run that waits. */
const MEANINGLESS = ["print-cmd", "shard", "pause-on-failure", "gdb"];

/** @returns the exit status: passed when somebody ended it by a key, else that of the signal @throws HarnessError `usage`, `watch-failed` */
export async function watchTest(options: TestOptions, parsed: ParsedArguments, io: CommandIo): Promise<number> {
  const odd = MEANINGLESS.find((name) => parsed.flag(name) || parsed.text(name) !== undefined);
  if (odd !== undefined) throw usageError(`--${odd} and --watch exclude each other`, "leave one of them out");
  if (options.reporters.some(takesStdout))
    throw usageError("--watch runs many batches: no report of one can be all of stdout", "--reporter NAME=FILE");
  const [broken] = options.broken;
  if (broken !== undefined) throw broken.error;
  const names = options.profiles.map(writtenName);
  const { stdin } = process;
  const isTerminal = stdin.isTTY && io.stdout.isTTY;
  const rounds = new Rounds({
    plan: () => watchStages(names, parsed),
    start: (stage) => startStage(stage),
    say: (line) => void io.stdout.write(`watch: ${line}\n`),
    tellError: (error) => void reportError(error, io),
    keys: isTerminal ? WATCH_KEYS_TEXT : "",
  });
  let failure: Error | undefined;
  const watch = await FileWatch.start({
    places: watchedPlaces(options.profiles),
    onChange: (paths) => rounds.take({ why: "changed", paths: paths.map((path) => relative(process.cwd(), path)) }),
    onError: (error) => {
      failure ??= error;
      rounds.take({ why: "quit" });
    },
  });
  const quit = (): void => rounds.take({ why: "quit" });
  io.signal.addEventListener("abort", quit, { once: true });
  if (io.signal.aborted) quit();
  const letGo = isTerminal
    ? listenToWatchKeys(stdin, (key) =>
        // A raw terminal sends no signal: what ^C does stays what it is.
        key === "interrupt" ? process.kill(process.pid, "SIGINT") : rounds.take({ why: key }),
      )
    : undefined;
  try {
    await rounds.run();
  } finally {
    letGo?.();
    io.signal.removeEventListener("abort", quit);
    await watch.close();
  }
  if (failure !== undefined) throw cannotWatch(failure);
  return io.signal.aborted ? exitOfSignal(io.signal) : EXIT.passed;
}

function cannotWatch(cause: Error): HarnessError {
  const hint = "The system's limits are in /proc/sys/fs/inotify: max_user_watches, max_user_instances.";
  return new HarnessError("watch-failed", `files can't be watched: ${cause.message}`, hint, { cause });
}
