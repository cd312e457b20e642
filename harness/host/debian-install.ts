import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { findProgram, HostToolError, runTool } from "./host-tool.ts";

/** Whether this system is Debian or one of its kind, with apt. */
export async function isDebian(): Promise<boolean> {
  if (findProgram("apt-get") === undefined || !existsSync("/etc/os-release")) return false;
  return /^ID(_LIKE)?=.*\bdebian\b/m.test(await readFile("/etc/os-release", "utf8"));
}

/**
 * Installs packages on this machine, as root; waits for another apt.
 *
 * @throws HostToolError with what apt said
 */
export async function installDebianPackages(packages: readonly string[]): Promise<void> {
  try {
    await runTool("apt-get", "apt", ["-q", "update"]);
  } catch (error) {
    // If one of several sources is broken, the package may still come from another; if not, the installation fails.
    if (!(error instanceof HostToolError)) throw error;
  }
  const args = ["-q", "-y", "-o", "DPkg::Lock::Timeout=120", "--no-install-recommends", "install", ...packages];
  await runTool("env", "coreutils", ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...args]);
}
