/** From the words of a command line to the command that they name, or to a text about all of them. */
import { nearestName } from "../../contract/nearest-name.ts";
import { packageVersion } from "../host/harness-version.ts";
import { formatHelp, parseCommandArguments, usageError, type Command, type CommandIo } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { EXIT, formatExits } from "./exit-codes.ts";

/** @returns the exit status @throws HarnessError `usage`, and whatever the command throws */
export async function dispatch([name, ...rest]: readonly string[], io: CommandIo): Promise<number> {
  if (name === "--version") {
    io.stdout.write(`udpsec ${packageVersion()}\n`);
    return EXIT.passed;
  }
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const about = rest[0] === undefined ? undefined : findCommand(rest[0]);
    io.stdout.write(about === undefined ? overview() : formatHelp(about));
    return name === undefined ? EXIT.cannotRun : EXIT.passed;
  }
  const command = findCommand(name);
  const parsed = parseCommandArguments(command, rest);
  if (parsed.flag("help")) {
    io.stdout.write(formatHelp(command));
    return EXIT.passed;
  }
  return command.run(parsed, io);
}

function findCommand(name: string): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((candidate) => candidate.name);
  const near = nearestName(name, [...names, "--help", "--version"]);
  const hint = near === undefined ? `there are: ${names.join(", ")}` : `did you mean ${near}?`;
  throw usageError(`udpsec has no command ${name}`, hint);
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    "usage: udpsec COMMAND [OPTION...]",
    "       udpsec --version",
    "",
    "Boots guests in QEMU, watches them climb their ladders of markers, and believes nothing that the wire doesn't confirm.",
    "",
    "commands (udpsec COMMAND --help explains each)",
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "exit status",
    ...formatExits(),
    "",
    "environment",
    "  RUN_TIMEOUT=190s       deadline per profile, as timeout(1) takes it; counts from QEMU's start",
    "  RUN_PHASE=net          end after a phase of the guest's manifest, as --phase does",
    "  RUN_UNTIL_MARKER=1     end at the last rung: passed (cut); 0 (default) waits for the guests' power-off",
    "  LOG_DIR=FOLDER         artifacts there instead of build/runs",
    "  UDPSEC_KEEP_RUNS=60, UDPSEC_KEEP_BYTES=2G   of build/runs the oldest go past either; 0 or off: nothing does",
    "  UDPSEC_QEMU, UDPSEC_KERNEL, UDPSEC_MODULES, UDPSEC_BUSYBOX, UDPSEC_CACHE   use these instead of finding or making them",
    "  NO_COLOR=1             no colours; CI=true plain lines",
    "",
  ].join("\n");
}
