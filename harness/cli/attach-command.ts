import { HarnessError } from "../host/harness-error.ts";
import { commandName } from "../host/package-assets.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { loadAllProfiles, loadNamedProfile, loadNamedProfiles } from "../profiles/load.ts";
import { attachTerminal, type OwnTerminal } from "./attach/attached-terminal.ts";
import { bootToAttach } from "./attach/boot-to-attach.ts";
import { askDoor, openDoor } from "./attach/door-client.ts";
import { doorOf, endedError, runFolderOf, runsThatGoOn } from "./attach/find-door.ts";
import { KEYS_TEXT } from "./attach/keys.ts";
import { usageError, type Command, type CommandIo, type ParsedArguments } from "./command.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

const ASKED = ["pause", "resume", "end"] as const;

export const attachCommand: Command = {
  name: "attach",
  summary: "your terminal on the console of a machine that runs, or that is booted for it",
  usage: "RUN|PROFILE [NODE] [--pause | --resume | --end]",
  teaches: `
RUN is the folder of a run that goes on, its name in build/runs, or latest. Its console is shown from its last 64 KiB on, and what you type goes to
it; the run goes on as it would, and notes that somebody typed. Several may be attached at once. A PROFILE (a name or a file) is booted for you,
without its ladder, budgets and deadline, and ended when you detach.

${KEYS_TEXT}.
Our own guest has no login: the line "shell" brings a shell of root on its console, "exit" leaves it, and "stacks" tells init's report where its
processes are.

--pause, --resume and --end do that without a terminal. --end is for a run that "udpsec test --pause-on-failure" holds.`,
  options: {
    pause: { type: "boolean", help: "the machine's processors stand still from now on" },
    resume: { type: "boolean", help: "they go on" },
    end: { type: "boolean", help: "the run that waits after its failure ends in order" },
    ...RUNS_FOLDER_OPTION,
  },
  takes: "run",
  examples: ["udpsec attach latest", "udpsec attach latest a --resume", "udpsec attach riscv64-uboot"],
  async run(parsed, io) {
    const [target, node, stray] = parsed.positionals;
    if (target === undefined) throw usageError("udpsec attach needs a run or a profile", "e.g. udpsec attach latest");
    if (stray !== undefined) throw usageError(`udpsec attach takes no argument ${stray}`, "a run, then a node");
    const runsFolder = runsFolderOf(parsed, io);
    const asked = askedOf(parsed);
    const folder = runFolderOf(target, runsFolder);
    if (folder === undefined) {
      const [loaded] = profilesOf(target, runsFolder);
      if (loaded === undefined || asked !== undefined) throw unknownRun(target, runsFolder);
      const terminal = terminalOf();
      const announce = (line: string): void => void io.stderr.write(`udpsec: ${line}\n`);
      const attach = (path: string): Promise<number> => attachTo(path, terminal, io);
      await bootToAttach({ loaded, node, runsFolder, announce, signal: io.signal, attach });
      return io.signal.aborted ? exitOfSignal(io.signal) : EXIT.passed;
    }
    const door = doorOf(folder, node);
    if (asked === undefined) return await attachTo(door.path, terminalOf(), io, folder);
    io.stdout.write(`${await askDoor(door.path, asked, () => endedError(folder))}\n`);
    return EXIT.passed;
  },
};

async function attachTo(path: string, terminal: OwnTerminal, io: CommandIo, folder = path): Promise<number> {
  const door = await openDoor(path, "console");
  if (door === undefined) throw endedError(folder);
  // The console may stand in the middle of a line.
  const say = (text: string): void => void io.stderr.write(`\r\n[udpsec] ${text}\r\n`);
  say(`${door.answer.message}. ${KEYS_TEXT}`);
  const ended = (): HarnessError => endedError(folder);
  const how = await attachTerminal(terminal, door, {
    say,
    signal: io.signal,
    onAsked: (what) => askDoor(path, what, ended),
  });
  say(how === "machine-ended" ? "the machine has ended" : "detached");
  return how === "interrupted" ? exitOfSignal(io.signal) : EXIT.passed;
}

/** @throws HarnessError `attach-no-terminal` */
function terminalOf(): OwnTerminal {
  const { stdin, stdout } = process;
  if (stdin.isTTY && stdout.isTTY) return { input: stdin, output: stdout };
  const hint = `call it from a terminal; --pause, --resume and --end need none, and ${commandName()} test writes what a console says into NODE-console.txt`;
  throw new HarnessError("attach-no-terminal", "standard input or output is no terminal", hint);
}

function askedOf(parsed: ParsedArguments): (typeof ASKED)[number] | undefined {
  const [asked, another] = ASKED.filter((name) => parsed.flag(name));
  if (another !== undefined) throw usageError(`--${asked ?? ""} and --${another} at once`, "one after the other");
  return asked;
}

function profilesOf(target: string, runsFolder: string): ReturnType<typeof loadNamedProfiles> {
  try {
    const all = loadNamedProfiles(target);
    // Of several variants it says which there are.
    return all.length > 1 ? [loadNamedProfile(target)] : all;
  } catch (error) {
    if (
      error instanceof HarnessError &&
      error.code === "profile-unknown" &&
      error.message.startsWith("there is no profile")
    )
      throw unknownRun(target, runsFolder);
    throw error;
  }
}

function unknownRun(target: string, runsFolder: string): HarnessError {
  const running = runsThatGoOn(runsFolder);
  const names = [...running, "latest", ...loadAllProfiles().loaded.map(({ profile }) => profile.name)];
  const near = nearestName(target, names);
  const which = running.length === 0 ? `no run goes on in ${runsFolder}` : `runs that go on: ${running.join(", ")}`;
  return new HarnessError(
    "run-unknown",
    `there is no run and no profile ${target}`,
    near === undefined ? which : `did you mean ${near}? ${which}`,
  );
}
