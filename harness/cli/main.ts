#!/usr/bin/env node
/** The program `udpsec`: ends with the exit status of its command. */
import type { CommandIo } from "./command.ts";
import { dispatch } from "./dispatch.ts";
import { ENDING_SIGNALS, exitOfSignalName } from "./exit-codes.ts";
import { programOutput } from "./program-output.ts";
import { runProgram } from "./run-program.ts";
import { watchOutput } from "./watch-output.ts";

/** The outcome is told: whatever still runs then has this long to end by itself. */
const LAST_WORDS_MS = 500;

const abort = new AbortController();
for (const signal of ENDING_SIGNALS) {
  process.on(signal, () => {
    // The second one ends it at once. QEMU ends with its parent, whatever happens.
    if (abort.signal.aborted) process.exit(exitOfSignalName(signal));
    abort.abort(signal);
  });
}
watchOutput(process);
const [stdout, stderr] = [programOutput(process.stdout), programOutput(process.stderr)];
const io: CommandIo = { stdout, stderr, environment: process.env, signal: abort.signal };
await runProgram("udpsec", (args) => dispatch(args, io), abort.signal);
setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
