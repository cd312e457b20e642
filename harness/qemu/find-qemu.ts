import { accessSync, constants } from "node:fs";
import { ARCHITECTURES, type Architecture } from "../guests/architecture.ts";
import type { Announce } from "../host/content-cache.ts";
import { installDebianPackages, isDebian } from "../host/debian-install.ts";
import { findProgram, HostToolError, runTool } from "../host/host-tool.ts";
import { SetupError } from "../host/setup-error.ts";

const MAX_QUOTED_UNITS = 80;
/** Two lines, told in milliseconds; a loaded machine that has to read QEMU from a slow disk gets its time. */
const VERSION_TIMEOUT_MS = 10_000;
const MAX_VERSION_BYTES = 64 * 1024;
const VERSION = /^QEMU emulator version (\S+)/m;

/** What we tell somebody who has to get an emulator. */
function hintsFor(arch: Architecture): {
  readonly install: string;
  readonly elsewhere: string;
  readonly correct: string;
} {
  const { emulator, package: debianPackage, variable } = ARCHITECTURES[arch];
  const others =
    arch === "x86_64"
      ? " (UDPSEC_KERNEL, UDPSEC_MODULES and UDPSEC_BUSYBOX name the guest's kernel, modules and a static busybox where there is no apt)"
      : "";
  return {
    install: `apt-get update && apt-get install -y --no-install-recommends ${debianPackage}`,
    elsewhere: `Install QEMU 7.2 or newer for ${arch} and set ${variable} to its ${emulator}${others}.`,
    correct: `Set ${variable} to a ${emulator}, or unset it to search PATH.`,
  };
}

/** QEMU if it is there: the variable of its architecture, else on PATH. @throws SetupError when the variable names nothing that runs */
export function findQemu(arch: Architecture = "x86_64"): string | undefined {
  const { emulator, variable } = ARCHITECTURES[arch];
  const given = process.env[variable];
  if (given === undefined || given === "") return findProgram(emulator);
  try {
    accessSync(given, constants.X_OK);
    return given;
  } catch (error) {
    const hint = hintsFor(arch).correct;
    throw new SetupError("qemu-missing", `${variable}: ${given} isn't a program.`, hint, { cause: error });
  }
}

/**
 * QEMU that tells its version, installed if it is missing and may be installed: as root on Debian for x86-64.
 *
 * @throws SetupError `qemu-missing`, `qemu-unusable`
 */
export async function ensureQemu(announce: Announce, arch: Architecture = "x86_64"): Promise<string> {
  const qemu = findQemu(arch) ?? (await installedQemu(announce, arch));
  await qemuVersion(qemu, arch);
  return qemu;
}

/** @returns why an emulator that is missing can't be installed here, undefined if it can, or is there @throws SetupError as `findQemu` */
export async function emulatorObstacle(arch: Architecture): Promise<SetupError | undefined> {
  if (findQemu(arch) !== undefined) return undefined;
  const { emulator, variable } = ARCHITECTURES[arch];
  const { install, elsewhere } = hintsFor(arch);
  const missing = (why: string, hint: string): SetupError => new SetupError("qemu-missing", why, hint);
  if (process.arch !== "x64")
    return missing(`QEMU is missing (${emulator}), and this machine is ${process.arch}, not x86-64.`, elsewhere);
  if (!(await isDebian()))
    return missing(`QEMU is missing (${emulator}), and this system isn't Debian or one of its kind.`, elsewhere);
  if (process.getuid?.() === 0) return undefined;
  const hint = `As root: ${install}\nOr, without root: set ${variable} to a ${emulator}.`;
  return missing(`QEMU is missing (${emulator}), and only root can install it.`, hint);
}

async function installedQemu(announce: Announce, arch: Architecture): Promise<string> {
  const obstacle = await emulatorObstacle(arch);
  if (obstacle !== undefined) throw obstacle;
  const { emulator, package: debianPackage } = ARCHITECTURES[arch];
  announce(`QEMU: installing Debian's ${debianPackage} (no ${emulator} on PATH)`);
  await installQemu(arch);
  const installed = findProgram(emulator);
  if (installed !== undefined) return installed;
  throw new SetupError(
    "qemu-missing",
    `The package ${debianPackage} brought no ${emulator}.`,
    hintsFor(arch).elsewhere,
  );
}

async function installQemu(arch: Architecture): Promise<void> {
  try {
    await installDebianPackages([ARCHITECTURES[arch].package]);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    const hint = `As root: ${hintsFor(arch).install}`;
    throw new SetupError("qemu-missing", `QEMU can't be installed: ${error.detail}`, hint, { cause: error });
  }
}

const versions = new Map<string, Promise<string>>();

/**
 * The version QEMU tells; asked once.
 *
 * @param arch whose emulator it should be, for the hint
 * @throws SetupError `qemu-unusable` for what can't be started or is another program
 */
export function qemuVersion(qemu: string, arch: Architecture = "x86_64"): Promise<string> {
  const asked = versions.get(qemu) ?? askVersion(qemu, arch);
  versions.set(qemu, asked);
  return asked;
}

async function askVersion(qemu: string, arch: Architecture): Promise<string> {
  const { correct, elsewhere } = hintsFor(arch);
  const hint = process.env[ARCHITECTURES[arch].variable] === qemu ? correct : elsewhere;
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
