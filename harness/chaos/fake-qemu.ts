/**
 * A program that takes QEMU's command line and speaks as much of its control channel as the harness needs, then misbehaves as
 * UDPSEC_FAKE says. It imports nothing of the harness: what it plays is the other side.
 */
import { spawn, type StdioOptions } from "node:child_process";
import { appendFileSync, closeSync, openSync, writeSync } from "node:fs";
import { connect, type Socket } from "node:net";

const args = process.argv.slice(2);
const behaviour = process.env["UDPSEC_FAKE"] ?? "honest";
const is = (...names: readonly string[]): boolean => names.includes(behaviour);

const FOREIGN_MARKERS = ["foreign: up", "foreign: done"];
const FLOOD_BYTES = 64 * 1024 * 1024;
const HOUR_MS = 3_600_000;

/** The value of `key` in the option that begins with `start`. */
function optionOf(start: string, key: string): string | undefined {
  const option = args.find((word) => word.startsWith(start));
  return option
    ?.split(",")
    .find((part) => part.startsWith(`${key}=`))
    ?.slice(key.length + 1);
}

const serialLog = optionOf("stdio,id=serial", "logfile");
const eventLog = optionOf("file,id=events", "path");
const initLog = optionOf("file,id=init", "path");

/** QEMU writes the console to its standard output and to the log. */
function print(text: string | Uint8Array): void {
  if (serialLog !== undefined) appendFileSync(serialLog, text);
  writeSync(1, Buffer.from(text));
}

function dieOf(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal);
}

function giveUp(): void {
  process.stderr.write("fake: no such device\n", () => process.exit(1));
}

/** As long as a test needs it to live. */
function stay(): void {
  setTimeout(() => undefined, HOUR_MS);
}

/** A process that outlives this one and keeps what it inherits open. */
function leaveChild(stdio: StdioOptions, detached = false): void {
  spawn("sleep", ["20"], { stdio, detached }).unref();
}

function floodFile(path: string | undefined, line: string): void {
  if (path === undefined) return;
  const block = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));
  const file = openSync(path, "a");
  for (let written = 0; written < FLOOD_BYTES; written += block.length) writeSync(file, block);
  closeSync(file);
}

async function floodConsole(line: string): Promise<void> {
  const block = line.repeat(Math.ceil(65_536 / line.length));
  for (let written = 0; written < FLOOD_BYTES; written += block.length) {
    if (serialLog !== undefined) appendFileSync(serialLog, block);
    await new Promise((resolve) => process.stdout.write(block, resolve));
  }
}

class ControlChannel {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined);
    let partial = "";
    socket.on("data", (bytes) => {
      const lines = (partial + String(bytes)).split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") this.#onCommand(line);
    });
  }

  greet(): void {
    if (is("qmp-silent")) return;
    if (is("qmp-closes-at-once")) this.#socket.destroy();
    else if (is("qmp-garbage")) this.#socket.write("SSH-2.0-OpenSSH_9.2\r\n");
    else if (is("qmp-binary")) this.#socket.write(Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28, 0x0a]));
    else if (is("qmp-endless-line")) this.#socket.write(Buffer.alloc(2 * 1024 * 1024, "x"));
    else if (is("exits-after-connecting")) giveUp();
    else {
      this.say({ QMP: { version: {}, capabilities: [] } });
      if (is("exits-after-greeting")) giveUp();
    }
  }

  say(message: unknown): void {
    this.#socket.write(`${JSON.stringify(message)}\r\n`);
  }

  event(name: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.say({ event: name, data, timestamp: { seconds: 0, microseconds: 0 } });
  }

  raw(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  leaveToChild(detached: boolean): void {
    leaveChild(["ignore", "ignore", this.#socket], detached);
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  async flood(): Promise<void> {
    const line = `${JSON.stringify({ event: "RTC_CHANGE", data: { offset: 0 } })}\r\n`.repeat(1000);
    for (let written = 0; written < FLOOD_BYTES; written += line.length) {
      if (this.#socket.destroyed) return;
      await new Promise((resolve) => this.#socket.write(line, resolve));
    }
  }

  #onCommand(line: string): void {
    const { execute, id } = JSON.parse(line) as { execute: string; id: number };
    if (is("qmp-refuses") && execute === "qmp_capabilities") {
      this.say({ id, error: { class: "GenericError", desc: "not today" } });
      return;
    }
    if (execute === "query-status") {
      if (!is("stopped-silently")) this.say({ id, return: { status: "internal-error", running: false } });
      return;
    }
    if (execute === "quit" && is("deaf", "deaf-child")) return;
    if (is("qmp-strange-answers")) this.say({ id: id + 1000, return: {} });
    this.say({ id, return: {} });
    if (execute === "quit") process.exit(0);
    if (execute === "cont") void play(this);
  }
}

/** What the guest and its machine do once they run. */
async function play(control: ControlChannel): Promise<void> {
  control.event("RESUME");
  switch (behaviour) {
    case "exits-after-cont":
      return giveUp();
    case "crashes-after-cont":
      return dieOf("SIGSEGV");
    case "qmp-garbage-later":
      control.raw("Segmentation fault (core dumped)\n");
      return stay();
    case "qmp-invalid-utf8-later":
      control.raw(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a]));
      return stay();
    case "qmp-closes-later":
      control.hangUp();
      return stay();
    case "qmp-floods":
      await control.flood();
      return stay();
    case "stops":
    case "stopped-silently":
      control.event("STOP");
      return stay();
    case "silent":
    case "deaf":
    case "deaf-child":
      return stay();
    case "serial-floods-lines":
      await floodConsole("a line that says nothing at all\r\n");
      return stay();
    case "serial-floods-without-end":
      await floodConsole("x");
      return stay();
    case "stderr-floods":
      floodStderr();
      return stay();
    case "events-flood":
      floodFile(eventLog, "what is no event of ours\n");
      return stay();
    case "events-flood-without-end":
      floodFile(eventLog, "\0");
      return stay();
    case "events-flood-empty-lines":
      floodFile(eventLog, "\n");
      return stay();
    case "init-floods":
      floodFile(initLog, "counters\n");
      return stay();
    default:
      return climb(control);
  }
}

function floodStderr(): void {
  const block = Buffer.alloc(65_536, "x");
  for (let written = 0; written < FLOOD_BYTES; written += block.length) writeSync(2, block);
}

/** The foreign guest's ladder, and the power-off. */
async function climb(control: ControlChannel): Promise<void> {
  if (is("invalid-utf8")) print(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80, 0x0d, 0x0a]));
  print("init: fake\r\n");
  if (is("panics")) print("Kernel panic - not syncing: fake\r\n");
  if (is("says-oops")) print("init: Oops, no BUG: nothing to see\r\n");
  const [up = "", done = ""] = FOREIGN_MARKERS;
  print(`${up}\r\n`);
  if (is("slow")) await new Promise((resolve) => setTimeout(resolve, 2_000));
  if (is("exits-between-markers")) return giveUp();
  if (is("stays-between-markers")) return stay();
  print(`${done}\r\n`);
  if (is("leaves-child-on-stdout")) leaveChild(["ignore", "inherit", "ignore"]);
  if (is("leaves-own-session-on-stdout")) leaveChild(["ignore", "inherit", "ignore"], true);
  if (is("leaves-child-on-qmp")) control.leaveToChild(false);
  if (is("leaves-own-session-on-qmp")) control.leaveToChild(true);
  if (is("exits-without-shutdown")) process.exit(0);
  const reason = is("resets", "panics") ? "guest-reset" : "guest-shutdown";
  if (!is("guest-panics")) control.event("SHUTDOWN", { guest: true, reason });
  else control.event("SHUTDOWN", { guest: true, reason: "guest-panic" });
  if (is("crashes-after-shutdown")) return dieOf("SIGSEGV");
  if (is("fails-after-shutdown")) return giveUp();
  if (is("stays-after-shutdown")) return stay();
  setTimeout(() => process.exit(0), 20);
}

function main(): void {
  if (args.includes("--version")) {
    if (is("version-hangs")) return stay();
    if (is("version-garbage")) process.stdout.write("another program (GNU) 1.0\n");
    else if (is("version-fails")) giveUp();
    else if (is("version-floods")) void floodConsole("QEMU? ");
    else process.stdout.write("QEMU emulator version 9.9.9 (fake)\n");
    if (is("version-leaves-child")) leaveChild(["ignore", "inherit", "inherit"]);
    return;
  }
  if (is("exits-at-once")) return giveUp();
  if (is("exits-in-order-at-once")) process.exit(0);
  if (is("crashes-at-once")) return dieOf("SIGSEGV");
  if (is("deaf", "deaf-child"))
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  if (is("never-connects")) return stay();
  const path = optionOf("socket,id=qmp", "path") ?? "";
  const socket = connect(path, () => new ControlChannel(socket).greet());
  socket.on("error", giveUp);
}

main();
