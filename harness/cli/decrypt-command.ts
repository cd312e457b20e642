import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { findRun } from "../compare/run-folder.ts";
import { HarnessError } from "../host/harness-error.ts";
import { addSecretsOf } from "../observer/keys/secrets-text.ts";
import { Secrets } from "../observer/keys/secrets.ts";
import { captureFilesOf } from "../report/gather/capture-files.ts";
import { readPlan, capturingHosts } from "../report/gather/read-plan.ts";
import { SECRETS_FILE } from "../run/judge/secrets-file.ts";
import { openCapture } from "../wireshark/opened-capture.ts";
import { writeOpened } from "../wireshark/write-opened.ts";
import { usageError, type Command, type CommandIo, type ParsedArguments } from "./command.ts";
import { toldWhile } from "./long-work.ts";
import { EXIT } from "./exit-codes.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

/** What is to be opened, and by what. */
interface Sealed {
  readonly captures: readonly string[];
  readonly secrets: Secrets;
  readonly taps: ReadonlySet<string>;
  /** Where the opened ones go. */
  readonly folder: string;
}

export const decryptCommand: Command = {
  name: "decrypt",
  summary: "a capture with its payloads open, for Wireshark",
  usage: "RUN | CAPTURE... --secrets FILE [--output FILE]",
  teaches: `
Writes captures again, as pcapng, with what is sealed in them opened in place: all lengths, times and numbers stay, and ${"`udpsec plaintext`"} stands
where a packet's seal stood. Over TCP the bytes stay sealed. The frames of the mux that are whole with a packet or record stand in its
comment, in words. A run has its secrets in its folder (its name, or latest, will do); any other capture needs --secrets, as udpsec judge
takes them. udpsec dissector has Wireshark show the rest.

What it writes holds what was said: it is for the eyes that may see the secrets.`,
  outcomes: {
    passed: "at least one session was opened",
    checkFailed:
      "no session could be opened with these secrets, or the capture is damaged: the file is written all the same",
  },
  options: {
    secrets: { type: "string", multiple: true, value: "FILE", help: "lines UDPSEC_STATIC, UDPSEC_EPHEMERAL, ..." },
    tap: { type: "string", multiple: true, value: "ADDRESS", help: "the capturing machine's address" },
    output: { type: "string", value: "FILE", help: "default: NAME-opened.pcapng beside the capture" },
    ...RUNS_FOLDER_OPTION,
  },
  takes: "run",
  examples: ["udpsec decrypt latest", "udpsec decrypt eth0.pcap --secrets secrets.txt --output open.pcapng"],
  async run(parsed, io) {
    if (parsed.positionals.length === 0) throw usageError("decrypt what?", "a run, or captures with --secrets FILE");
    const sealed = parsed.texts("secrets").length > 0 ? givenCaptures(parsed) : runOf(parsed, io);
    const output = parsed.text("output");
    if (output !== undefined && sealed.captures.length > 1)
      throw usageError(`--output is one file, and there are ${sealed.captures.length} captures`, "leave it out");
    let status: number = EXIT.passed;
    for (const capture of sealed.captures) {
      const name = `${basename(capture).replace(/\.pcap(ng)?$/, "")}-opened.pcapng`;
      const path = resolve(output ?? join(sealed.folder, name));
      if (path === resolve(capture)) throw usageError(`--output ${path} is the capture itself`, "name another file");
      const { opened, frames, packets, problems } = await toldWhile(
        `decrypt ${basename(capture)}`,
        io,
        async (step) => {
          step("opening");
          const found = await openCapture(capture, sealed.secrets, sealed.taps);
          step("writing");
          const written = await writeOpened(capture, found, path);
          return { ...written, opened: found, packets: written.opened };
        },
      );
      io.stdout.write(`${path}: ${opened.sessions} sessions, ${packets} of ${frames} frames opened\n`);
      const left = opened.left === 0 ? [] : [`${opened.left} packets stay sealed: more than can be kept at once`];
      for (const problem of [...problems, ...left]) io.stderr.write(`udpsec: ${basename(capture)}: ${problem}\n`);
      if (problems.length + opened.left > 0 || opened.sessions === 0) status = EXIT.checkFailed;
    }
    return status;
  },
};

function givenCaptures(parsed: ParsedArguments): Sealed {
  const secrets = new Secrets();
  for (const path of parsed.texts("secrets")) addSecretsOf(readReadable(path, "file of secrets"), path, secrets);
  const [first = ""] = parsed.positionals;
  for (const path of parsed.positionals)
    if (!existsSync(path)) throw usageError(`no capture at ${path}`, "is the path right?");
  return { captures: parsed.positionals, secrets, taps: new Set(parsed.texts("tap")), folder: dirname(first) };
}

function runOf(parsed: ParsedArguments, io: CommandIo): Sealed {
  const [run = "", more] = parsed.positionals;
  if (more !== undefined) throw usageError("one run at a time", "captures need --secrets FILE");
  if (existsSync(run) && /\.pcap(ng)?$/.test(run))
    throw usageError(`${run} is a capture: what opens it?`, "--secrets FILE: a run has them in its secrets.txt");
  const folder = findRun(run, runsFolderOf(parsed, io));
  const path = join(folder, SECRETS_FILE);
  if (!existsSync(path))
    throw new HarnessError("run-without-secrets", `${folder} has no ${SECRETS_FILE}`, "nothing in it was udp-sec's");
  const secrets = new Secrets();
  addSecretsOf(readReadable(path, "file of secrets"), path, secrets);
  const plan = readPlan(folder);
  const captures = captureFilesOf(folder, plan).map((capture) => capture.path);
  if (captures.length === 0)
    throw new HarnessError("run-without-capture", `${folder} has no capture`, "run the profile again");
  return { captures, secrets, taps: capturingHosts(plan), folder };
}

function readReadable(path: string, what: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw usageError(`no ${what} that can be read at ${path}`, "is the path right?");
  }
}
