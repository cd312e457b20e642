/** A dialler that is started anew for each case: whatever command whoever tries theirs has given. */
import { constants } from "node:os";
import { boundToParent } from "../../host/bound-child.ts";
import { type ChildEnd, SupervisedChild } from "../../host/supervised-child.ts";

const STOP_MS = 3_000;
const MAX_STDERR = 4_096;
const MAX_WORDS = 200;
/** A shell says by its status which signal has ended its command. */
const SHELL_SIGNALS = 128;
/** By these no program ends that goes on as it should; others are the suite's own, or of who turns the host off. */
const CRASHES: readonly NodeJS.Signals[] = ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"];

export class DialCommand {
  readonly #child: SupervisedChild;
  #stderr = "";
  #end: ChildEnd | undefined;

  /**
   * @param command for a shell @param environment what it is told
   * @param onEnd told what is to be said of it once it has ended by itself
   */
  constructor(command: string, environment: Readonly<Record<string, string>>, onEnd: (words: string) => void) {
    this.#child = new SupervisedChild(boundToParent(["/bin/sh", "-c", command]), {
      stderr: (chunk) => (this.#stderr = (this.#stderr + Buffer.from(chunk).toString()).slice(-MAX_STDERR)),
      env: environment,
    });
    this.#child.closeInput();
    void this.#child.ended.then((end) => {
      this.#end = end;
      onEnd(`the dial command ended with ${endOf(end)}${this.#latestWords}`);
    });
  }

  /** Ends it, and all that it has started. @returns how it had crashed before; undefined: it had not */
  async stop(): Promise<string | undefined> {
    const before = this.#end;
    if (before === undefined) await this.#child.stop([() => this.#child.kill("SIGTERM")], STOP_MS);
    const signal = before === undefined ? undefined : signalOf(before);
    if (signal === undefined || !CRASHES.includes(signal)) return undefined;
    return `the dialler crashed: ${signal}${this.#latestWords}`;
  }

  get #latestWords(): string {
    const line = this.#stderr.trim().split("\n").at(-1) ?? "";
    return line === "" ? "" : `, its latest words: ${line.slice(0, MAX_WORDS)}`;
  }
}

function signalOf({ exitCode = 0, signal }: ChildEnd): NodeJS.Signals | undefined {
  if (signal !== undefined) return signal;
  const found = Object.entries(constants.signals).find(([, number]) => number === exitCode - SHELL_SIGNALS);
  return found?.[0] as NodeJS.Signals | undefined;
}

function endOf(end: ChildEnd): string {
  return signalOf(end) ?? `status ${end.exitCode}`;
}
