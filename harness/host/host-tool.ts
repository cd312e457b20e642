import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.ts";
import { SupervisedChild, within } from "./supervised-child.ts";

/** An ordinary user's PATH lacks the folders where Debian keeps mke2fs. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** The absolute path of a program on PATH or in the system's sbin folders, or undefined. */
export function findProgram(name: string, path: string = process.env["PATH"] ?? ""): string | undefined {
  const folders = [...path.split(":").filter((folder) => folder !== ""), ...SYSTEM_FOLDERS];
  for (const folder of folders) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here: the next folder.
    }
  }
  return undefined;
}

/** A host program that ran and failed: what it said is in `detail`. */
export class HostToolError extends Error {
  override readonly name = "HostToolError";
  readonly code = "host-tool-failed";
  readonly detail: string;

  constructor(program: string, detail: string, options?: ErrorOptions) {
    super(`${program} failed: ${detail}`, options);
    this.detail = detail;
  }
}

/** What a host program may write on each output. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** Fetching packages over a slow network takes minutes; nothing takes longer. */
const DEFAULT_TIMEOUT_MS = 600_000;

export interface ToolOptions {
  readonly cwd?: string;
  /** After this time the program and all that it started are killed. Ten minutes if not said. */
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
}

/**
 * Runs a host program to its end.
 *
 * @param packageName the Debian package that has it, for the hint
 * @returns its standard output
 * @throws SetupError `tool-missing`, HostToolError
 */
export async function runTool(
  name: string,
  packageName: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const program = findProgram(name);
  if (program === undefined) {
    throw new SetupError(
      "tool-missing",
      `The program ${name} is missing.`,
      `As root: apt-get install -y ${packageName}`,
    );
  }
  const { cwd, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = MAX_OUTPUT_BYTES } = options;
  const stdout = new BoundedOutput(maxOutputBytes, () => child.kill("SIGKILL"));
  const stderr = new BoundedOutput(maxOutputBytes, () => child.kill("SIGKILL"));
  const child = new SupervisedChild([program, ...args], {
    env: { LC_ALL: "C.UTF-8" },
    onStdout: (chunk) => stdout.take(chunk),
    stderr: (chunk) => stderr.take(chunk),
    ...(cwd === undefined ? {} : { cwd }),
  });
  child.closeInput();
  const isTooSlow = !(await within(child.ended, timeoutMs));
  if (isTooSlow) child.kill("SIGKILL");
  const { exitCode, signal, startError } = await child.ended;
  if (isTooSlow) throw new HostToolError(name, `it did not end within ${timeoutMs / 1000} s`);
  if (stdout.isFull || stderr.isFull) throw new HostToolError(name, `it wrote more than ${maxOutputBytes} bytes`);
  if (startError !== undefined) throw new HostToolError(name, startError.message, { cause: startError });
  if (exitCode === 0) return stdout.text;
  throw new HostToolError(name, stderr.text.trim() || `it ended with ${signal ?? `status ${exitCode ?? "unknown"}`}`);
}

class BoundedOutput {
  readonly #chunks: Uint8Array[] = [];
  readonly #maxBytes: number;
  readonly #onFull: () => void;
  #bytes = 0;

  constructor(maxBytes: number, onFull: () => void) {
    this.#maxBytes = maxBytes;
    this.#onFull = onFull;
  }

  take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.isFull) this.#onFull();
    else this.#chunks.push(chunk);
  }

  get isFull(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString().trimEnd();
  }
}
