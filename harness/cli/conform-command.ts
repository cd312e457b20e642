import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CASES } from "../conform/cases/index.ts";
import { writeNewIdentities } from "../conform/grounds/identity-file.ts";
import { conformJson, conformJunit, type ReportHead } from "../conform/report/files.ts";
import { ConformProgress } from "../conform/report/progress.ts";
import { listText, summaryText } from "../conform/report/result-text.ts";
import { countsOf } from "../conform/run/conform-result.ts";
import { chooseCases } from "../conform/run/choose-cases.ts";
import { runSuite, type SuiteResult } from "../conform/run/run-suite.ts";
import type { ConformCase } from "../conform/stage/conform-case.ts";
import type { Ground } from "../conform/stage/ground.ts";
import { harnessVersion } from "../host/harness-version.ts";
import { hex } from "../observer/crypto/bytes.ts";
import { type Colors, colorsFor } from "../report/colors.ts";
import { writeError } from "../run/result/artifact-folder.ts";
import { type Command, type CommandIo, type ParsedArguments, refuseArguments, usageError } from "./command.ts";
import { DIALLER_MODES, groundOf } from "./conform-ground.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";
import { toldWhile } from "./long-work.ts";

const DEFAULT_PATIENCE_SECONDS = 15;
const MAX_PATIENCE_SECONDS = 600;
/** So that many cases run at a time without a long table at the target. */
const NEW_IDENTITIES = 4;

export const conformCommand: Command = {
  name: "conform",
  summary: "try any implementation of the transport against the specification, case by case",
  usage:
    "--target HOST:PORT | --listen HOST:PORT --identity FILE | --self | --list [--only CASES]... [--quick] [--json FILE] [--junit FILE]",
  teaches: `
Plays an honest and a hostile peer against an implementation of docs/distributed/dsoftbus-transport.md: over UDP, over TCP, and across
both. The peer is the harness's own and shares no code with the stack. Each case names the rules that it holds the target to, what is
sent, and what must happen; of one that fails you see what was expected, what came, and the latest packets. "??" is inconclusive: the
target lacks a service or a transport that the case needs, say.

The target must list the suite's devices in its peer table, and should serve control, status, echo, bulk, sink with gate, and mirror
(docs/distributed/services.md). --new-identity makes devices; docs/conformance.md goes through it step by step.

Who dials is tried with --listen: --dial-command starts it for each case, with UDPSEC_DIAL_HOST, UDPSEC_DIAL_PORT, UDPSEC_DIAL_DEVICE_ID,
UDPSEC_DIAL_STATIC_KEY and UDPSEC_DIAL_MODE in its environment; without it the target must dial again whenever a session has ended.`,
  outcomes: {
    passed: "every case passed",
    checkFailed: "a case failed, or the target ended",
    cannotRun: "usage, nobody there, or not every case could be judged",
  },
  options: {
    target: { type: "string", value: "HOST:PORT", help: "an implementation that listens there" },
    listen: {
      type: "string",
      value: "HOST:PORT",
      help: "for an implementation that dials there; `any`: any address, a free port",
    },
    mode: {
      type: "string",
      value: "MODE",
      words: DIALLER_MODES,
      help: "of who dials: auto (default), udp-sec, tcp; each: as the command is told",
    },
    "dial-command": { type: "string", value: "COMMAND", help: "starts who dials, for each case; ended after it" },
    identity: { type: "string", value: "FILE", help: "who it is, and as whom to talk to it" },
    self: { type: "boolean", help: "the project's own daemons, started for it on loopback" },
    only: {
      type: "string",
      multiple: true,
      value: "CASES",
      help: "a section (3.4), an id, or a glob of ids (repeatable)",
    },
    quick: { type: "boolean", help: "without the cases that wait for timers of the protocol" },
    patience: {
      type: "string",
      value: "SECONDS",
      help: `for what is done at once (default: ${DEFAULT_PATIENCE_SECONDS})`,
    },
    list: { type: "boolean", help: "the cases, with their rules; nothing is run" },
    json: { type: "string", value: "FILE", help: "the results, with packets, as JSON" },
    junit: { type: "string", value: "FILE", help: "the results as JUnit XML" },
    "new-identity": {
      type: "string",
      value: "FILE",
      help: "writes an identity file with fresh devices, and prints them",
    },
  },
  examples: [
    "udpsec conform --self --quick",
    "udpsec conform --list --only 3.4",
    "udpsec conform --new-identity me.json",
    "udpsec conform --target 192.0.2.7:37021 --identity me.json --junit conform.xml",
    "udpsec conform --listen 192.0.2.1:37021 --identity me.json --mode each --dial-command './dial.sh'",
    "udpsec conform --target '[::1]:37021' --identity me.json --only '*/msg3-*'",
  ],
  async run(parsed, io) {
    refuseArguments("conform", parsed);
    const newFile = parsed.text("new-identity");
    if (newFile !== undefined) return tellNewIdentities(newFile, io);
    const chosen = chooseCases(CASES, { only: parsed.texts("only"), isQuick: parsed.flag("quick") });
    if (parsed.flag("list")) {
      io.stdout.write(`${listText(chosen)}${chosen.length} cases\n`);
      return EXIT.passed;
    }
    return await runConform(chosen, parsed, io);
  },
};

async function runConform(chosen: readonly ConformCase[], parsed: ParsedArguments, io: CommandIo): Promise<number> {
  const patienceMs = 1_000 * readPatience(parsed.text("patience"));
  checkReportPaths(parsed);
  const at = await groundOf(parsed, io, patienceMs);
  const startedAt = new Date().toISOString();
  let cases: ConformCase[];
  let suite: SuiteResult;
  try {
    cases = askable(chosen, at.ground, io);
    suite = await playTold(cases, at.ground, patienceMs, io);
  } finally {
    await at.ground.end();
  }
  const { results, durationMs, error } = suite;
  const asked = cases.length;
  io.stdout.write(summaryText(results, { durationMs, asked }, colorsOf(io)));
  const told = error === undefined ? undefined : { code: error.code, message: error.message };
  const made = { target: at.name, suite: harnessVersion(), agent: at.agent };
  writeReports({ ...made, startedAt, durationMs, asked, error: told }, suite, parsed);
  if (io.signal.aborted) return exitOfSignal(io.signal);
  if (error !== undefined) throw error;
  const { fail, inconclusive, pass } = countsOf(results);
  if (fail > 0) return EXIT.checkFailed;
  return inconclusive > 0 || pass === 0 ? EXIT.cannotRun : EXIT.passed;
}

/** What goes on is told as it does. */
async function playTold(cases: ConformCase[], ground: Ground, patienceMs: number, io: CommandIo): Promise<SuiteResult> {
  const isLive = io.stdout.isTTY && io.environment["CI"] === undefined;
  const progress = new ConformProgress({ output: io.stdout, colors: colorsOf(io), isLive, total: cases.length });
  const { started: onStart, ended: onResult } = progress;
  const waits = <T>({ id }: ConformCase, what: string, wait: () => Promise<T>): Promise<T> =>
    toldWhile(`${progress.place}: ${id} waits for ${what}`, io, wait);
  try {
    return await runSuite(cases, ground, { patienceMs, signal: io.signal, onStart, onResult, waits });
  } finally {
    progress.finish();
  }
}

function colorsOf({ stdout, environment }: CommandIo): Colors {
  return colorsFor(stdout.isTTY, environment);
}

/** @returns those that this kind of target can be asked @throws HarnessError `usage` if it is none of them */
function askable(chosen: readonly ConformCase[], { lanes, diallers }: Ground, io: CommandIo): ConformCase[] {
  const isAskable = ({ target }: ConformCase): boolean =>
    target === "listens" ? lanes.length > 0 : diallers !== undefined;
  const [cases, others] = [chosen.filter(isAskable), chosen.filter((one) => !isAskable(one))];
  const [other] = others;
  if (other === undefined) return cases;
  const [kind, option] = other.target === "dials" ? ["dials", "--listen"] : ["listens", "--target"];
  if (cases.length === 0) throw usageError(`the chosen cases are for a target that ${kind}`, `${option} HOST:PORT`);
  io.stderr.write(`udpsec: left out are ${others.length} cases for a target that ${kind} (${option})\n`);
  return cases;
}

/** Minutes later it would be too late. @throws HarnessError `usage` */
function checkReportPaths(parsed: ParsedArguments): void {
  for (const option of ["json", "junit"]) {
    const path = parsed.text(option);
    if (path !== undefined && !isWritable(path))
      throw usageError(`--${option} ${path} can't be written`, "name a file in a folder that exists");
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true;
  } catch {
    return false;
  }
}

function writeReports(head: ReportHead, { results }: SuiteResult, parsed: ParsedArguments): void {
  const [json, junit] = [parsed.text("json"), parsed.text("junit")];
  if (json !== undefined) writeReport(json, conformJson(head, results));
  if (junit !== undefined) writeReport(junit, conformJunit(head, results));
}

function writeReport(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw writeError(path, cause);
  }
}

function readPatience(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PATIENCE_SECONDS;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= MAX_PATIENCE_SECONDS) return seconds;
  throw usageError(`--patience ${text} is not a number from 1 to ${MAX_PATIENCE_SECONDS}`, "e.g. --patience 30");
}

function tellNewIdentities(path: string, io: CommandIo): number {
  const devices = writeNewIdentities(path, NEW_IDENTITIES);
  const lines = devices.map(
    ({ deviceId, staticPublicKey }) => `  device_id ${deviceId}  static key ${hex(staticPublicKey)}\n`,
  );
  io.stdout.write(
    `The target's peer table must list these devices:\n${lines.join("")}Fill in target.deviceId and target.staticKey in ${path}.\n`,
  );
  return EXIT.passed;
}
