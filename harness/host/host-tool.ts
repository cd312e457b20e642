import { execa, ExecaError } from "execa";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./setup-error.ts";

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
  cwd?: string,
): Promise<string> {
  const program = findProgram(name);
  if (program === undefined) {
    throw new SetupError(
      "tool-missing",
      `The program ${name} is missing.`,
      `As root: apt-get install -y ${packageName}`,
    );
  }
  try {
    const options = { stdin: "ignore" as const, env: { LC_ALL: "C.UTF-8" }, ...(cwd === undefined ? {} : { cwd }) };
    const { stdout } = await execa(program, args, options);
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const detail = String(error.stderr ?? "").trim() || error.shortMessage;
    throw new HostToolError(name, detail, { cause: error });
  }
}
