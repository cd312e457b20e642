import { nearestName } from "../host/nearest-name.ts";
import { formatHelp, parseCommandArguments, usageError, type Command, type CommandIo } from "./command.ts";
import { devCommand } from "./dev-command.ts";
import { compareCommand } from "./compare-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { explainCommand } from "./explain-command.ts";
import { historyCommand } from "./history-command.ts";
import { imageCommand } from "./image-command.ts";
import { listCommand } from "./list-command.ts";
import { matrixCommand } from "./matrix-command.ts";
import { testCommand } from "./test-command.ts";
import { minimizeCommand } from "./minimize-command.ts";
import { reportError } from "./report-error.ts";
import { watchOutput } from "./watch-output.ts";
import { simCommand } from "./sim-command.ts";

const COMMANDS: readonly Command[] = [
  testCommand,
  listCommand,
  matrixCommand,
  doctorCommand,
  imageCommand,
  explainCommand,
  compareCommand,
  minimizeCommand,
  historyCommand,
  simCommand,
  devCommand,
];

const SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
const EXIT_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** The outcome is told: whatever still runs then has this long to end by itself. */
const LAST_WORDS_MS = 500;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LAST_WORDS_MS).unref();

async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // The second one means now. QEMU ends with us, whatever happens.
      if (abort.signal.aborted) process.exit(EXIT_BY_SIGNAL[signal]);
      abort.abort(signal);
    });
  }
  watchOutput(process);
  const { stdout, stderr, env } = process;
  const io: CommandIo = { stdout, stderr, environment: env, signal: abort.signal };
  try {
    return await dispatch(args, io);
  } catch (error) {
    const status = reportError(error, io);
    const signal = SIGNALS.find((name) => name === abort.signal.reason);
    return signal === undefined ? status : EXIT_BY_SIGNAL[signal];
  }
}

async function dispatch([name, ...rest]: readonly string[], io: CommandIo): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const about = rest[0] === undefined ? undefined : findCommand(rest[0]);
    io.stdout.write(about === undefined ? overview() : formatHelp(about));
    return name === undefined ? 2 : 0;
  }
  const command = findCommand(name);
  const parsed = parseCommandArguments(command, rest);
  if (parsed.flag("help")) {
    io.stdout.write(formatHelp(command));
    return 0;
  }
  return command.run(parsed, io);
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `there are: ${names.join(", ")}` : `did you mean ${near}?`;
  throw usageError(`udpsec has no command ${name}`, hint);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    "usage: udpsec COMMAND [OPTION...]",
    "",
    "Boots guests in QEMU, watches them climb their ladders of markers, and believes nothing that the wire doesn't confirm.",
    "",
    "commands (udpsec COMMAND --help explains each)",
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "exit status",
    "  0 passed   1 a check failed   2 usage or set-up   124 timed out   129, 130, 143 interrupted by SIGHUP, SIGINT, SIGTERM",
    "",
    "environment",
    "  RUN_TIMEOUT=190s       deadline per profile, as timeout(1) takes it; counts from QEMU's start",
    "  RUN_UNTIL_MARKER=1     end at the last rung; 0 (default) waits for the guests' power-off",
    "  LOG_DIR=FOLDER         artifacts there instead of build/runs",
    "  UDPSEC_QEMU, UDPSEC_KERNEL, UDPSEC_MODULES, UDPSEC_BUSYBOX, UDPSEC_CACHE   use these instead of finding or making them",
    "  NO_COLOR=1             no colours; CI=true plain lines",
    "",
  ].join("\n");
}
