import { accessSync, constants } from "node:fs";
import type { Announce } from "../host/content-cache.ts";
import { installDebianPackages, isDebian } from "../host/debian-install.ts";
import { findProgram, HostToolError, runTool } from "../host/host-tool.ts";
import { SetupError } from "../host/setup-error.ts";

const PROGRAM = "qemu-system-x86_64";
const INSTALL = "apt-get update && apt-get install -y --no-install-recommends qemu-system-x86";
const ELSEWHERE =
  "Install QEMU 7.2 or newer for x86-64 and set UDPSEC_QEMU to its qemu-system-x86_64 (UDPSEC_KERNEL, UDPSEC_MODULES and " +
  "UDPSEC_BUSYBOX name the guest's kernel, modules and a static busybox where there is no apt).";

const CORRECT = "Set UDPSEC_QEMU to a qemu-system-x86_64, or unset it to search PATH.";
const MAX_QUOTED_UNITS = 80;
/** Two lines, told in milliseconds; a loaded machine that has to read QEMU from a slow disk gets its time. */
const VERSION_TIMEOUT_MS = 10_000;
const MAX_VERSION_BYTES = 64 * 1024;
const VERSION = /^QEMU emulator version (\S+)/m;

/** QEMU if it is there: UDPSEC_QEMU, else on PATH. @throws SetupError when UDPSEC_QEMU names nothing that runs */
export function findQemu(): string | undefined {
  const given = process.env["UDPSEC_QEMU"];
  if (given === undefined || given === "") return findProgram(PROGRAM);
  try {
    accessSync(given, constants.X_OK);
    return given;
  } catch (error) {
    throw new SetupError("qemu-missing", `UDPSEC_QEMU: ${given} isn't a program.`, CORRECT, { cause: error });
  }
}

/**
 * QEMU that tells its version, installed if it is missing and may be installed: as root on Debian for x86-64.
 *
 * @throws SetupError `qemu-missing`, `qemu-unusable`
 */
export async function ensureQemu(announce: Announce): Promise<string> {
  const qemu = findQemu() ?? (await installedQemu(announce));
  await qemuVersion(qemu);
  return qemu;
}

async function installedQemu(announce: Announce): Promise<string> {
  if (process.arch !== "x64") {
    throw new SetupError(
      "qemu-missing",
      `QEMU is missing, and this machine is ${process.arch}, not x86-64.`,
      ELSEWHERE,
    );
  }
  if (!(await isDebian())) {
    throw new SetupError(
      "qemu-missing",
      "QEMU is missing, and this system isn't Debian or one of its kind.",
      ELSEWHERE,
    );
  }
  if (process.getuid?.() !== 0) {
    const hint = `As root: ${INSTALL}\nOr, without root: set UDPSEC_QEMU to a qemu-system-x86_64.`;
    throw new SetupError("qemu-missing", "QEMU is missing, and only root can install it.", hint);
  }
  announce("QEMU: installing Debian's qemu-system-x86 (no qemu-system-x86_64 on PATH)");
  await installQemu();
  const installed = findProgram(PROGRAM);
  if (installed !== undefined) return installed;
  throw new SetupError("qemu-missing", `The package qemu-system-x86 brought no ${PROGRAM}.`, ELSEWHERE);
}

async function installQemu(): Promise<void> {
  try {
    await installDebianPackages(["qemu-system-x86"]);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    throw new SetupError("qemu-missing", `QEMU can't be installed: ${error.detail}`, `As root: ${INSTALL}`, {
      cause: error,
    });
  }
}

const versions = new Map<string, Promise<string>>();

/**
 * The version QEMU tells; asked once.
 *
 * @throws SetupError `qemu-unusable` for what can't be started or is another program
 */
export function qemuVersion(qemu: string): Promise<string> {
  const asked = versions.get(qemu) ?? askVersion(qemu);
  versions.set(qemu, asked);
  return asked;
}

async function askVersion(qemu: string): Promise<string> {
  const hint = process.env["UDPSEC_QEMU"] === qemu ? CORRECT : ELSEWHERE;
  let output: string;
  try {
    const limits = { timeoutMs: VERSION_TIMEOUT_MS, maxOutputBytes: MAX_VERSION_BYTES };
    output = await runTool("env", "coreutils", [qemu, "--version"], limits);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    throw new SetupError("qemu-unusable", `${qemu} does not run: ${error.detail}`, hint, { cause: error });
  }
  const version = VERSION.exec(output)?.[1];
  if (version !== undefined) return version;
  const said = JSON.stringify(output.split("\n", 1)[0]?.slice(0, MAX_QUOTED_UNITS));
  throw new SetupError("qemu-unusable", `${qemu} is no QEMU: asked for its version it says ${said}.`, hint);
}
