import { constants, existsSync } from "node:fs";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { cacheFolder } from "../host/cache-folder.ts";
import { findProgram } from "../host/host-tool.ts";
import { availableCores, availableMemoryMib } from "../host/capacity.ts";
import { SetupError } from "../host/setup-error.ts";
import { kvmObstacle } from "./accelerator.ts";
import { findQemu, qemuVersion } from "./find-qemu.ts";

/** One thing that a run needs or profits from. */
export interface Finding {
  readonly name: string;
  /** `missing`: a run ends with exit status 2. `limited`: it works, with what `detail` says. */
  readonly state: "ok" | "limited" | "missing";
  readonly detail: string;
  /** What to do about it; present unless ok. */
  readonly hint?: string;
}

const MIB = 1024 * 1024;
/** Packages, kernel, Node disk and a few runs. */
const WANTED_FREE_MIB = 600;
/** Sockets, and what tests and tools leave there. */
const WANTED_TEMPORARY_MIB = 64;
/** A run opens about 60 files, several at once more. */
const NEEDED_FILES = 64;
const WANTED_FILES = 256;
/** One guest and its QEMU. */
const WANTED_MEMORY_MIB = 400;
/** Program and the Debian package that has it; a minimal Debian has them all. */
const TOOLS = [
  ["flock", "util-linux"],
  ["setpriv", "util-linux"],
  ["mke2fs", "e2fsprogs"],
  ["ldd", "libc-bin"],
] as const;

/** Looks at the machine without changing it: what `udpsec doctor` shows. */
export async function diagnose(): Promise<readonly Finding[]> {
  const tools = TOOLS.map(([name, packageName]) => toolFinding(name, packageName));
  return [
    nodeFinding(),
    await qemuFinding(),
    await kvmFinding(),
    ...tools,
    kernelFinding(),
    await cacheFinding(),
    await temporaryFinding(tmpdir()),
    openFilesFinding(await readFile("/proc/self/limits", "utf8").catch(() => "")),
    memoryFinding(),
  ];
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const detail = `Node ${process.versions.node} on ${process.arch}`;
  if (major > 20 || (major === 20 && minor >= 19)) return { name: "node", state: "ok", detail };
  return { name: "node", state: "missing", detail, hint: "Install Node 20.19 or newer." };
}

async function qemuFinding(): Promise<Finding> {
  try {
    const qemu = findQemu();
    if (qemu !== undefined) return { name: "qemu", state: "ok", detail: `${qemu}, version ${await qemuVersion(qemu)}` };
    const hint =
      "As root: apt-get update && apt-get install -y --no-install-recommends qemu-system-x86; or set UDPSEC_QEMU.";
    return { name: "qemu", state: "missing", detail: "no qemu-system-x86_64 on PATH", hint };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { name: "qemu", state: "missing", detail: error.message, hint: error.hint };
  }
}

async function kvmFinding(): Promise<Finding> {
  const obstacle = await kvmObstacle();
  if (obstacle === undefined)
    return { name: "kvm", state: "ok", detail: "/dev/kvm opens; the first run finds out whether it works" };
  const hint = "Nothing to do: TCG emulation is used. With KVM guests boot faster.";
  return { name: "kvm", state: "limited", detail: obstacle, hint };
}

function toolFinding(name: string, packageName: string): Finding {
  const path = findProgram(name);
  if (path !== undefined) return { name, state: "ok", detail: path };
  return { name, state: "missing", detail: "not found", hint: `As root: apt-get install -y ${packageName}` };
}

function kernelFinding(): Finding {
  const given = process.env["UDPSEC_KERNEL"];
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return { name: "kernel", state: "ok", detail: `${given} (UDPSEC_KERNEL)` };
    return {
      name: "kernel",
      state: "missing",
      detail: `UDPSEC_KERNEL: no ${given}`,
      hint: "Correct or unset UDPSEC_KERNEL.",
    };
  }
  if (findProgram("apt-get") !== undefined && findProgram("dpkg-deb") !== undefined) {
    return { name: "kernel", state: "ok", detail: "from Debian's packages, fetched once" };
  }
  const hint = "Set UDPSEC_KERNEL, UDPSEC_MODULES and UDPSEC_BUSYBOX.";
  return { name: "kernel", state: "missing", detail: "no apt-get here", hint };
}

async function cacheFinding(): Promise<Finding> {
  const folder = cacheFolder();
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const hint = "Free some space, or set UDPSEC_CACHE to a folder with more.";
  try {
    await access(existing, constants.W_OK);
  } catch {
    return { name: "cache", state: "missing", detail: `${existing} isn't writable`, hint: "Set UDPSEC_CACHE." };
  }
  const { bavail, bsize } = await statfs(existing);
  const freeMib = Math.floor((bavail * bsize) / MIB);
  const detail = `${folder}, ${freeMib} MiB free`;
  return freeMib >= WANTED_FREE_MIB
    ? { name: "cache", state: "ok", detail }
    : { name: "cache", state: "limited", detail, hint };
}

/** @param folder what TMPDIR names */
export async function temporaryFinding(folder: string): Promise<Finding> {
  const missing = (detail: string): Finding => {
    return { name: "tmpdir", state: "missing", detail, hint: "Set TMPDIR to a folder that this user may write in." };
  };
  const about = await stat(folder).catch(() => undefined);
  if (about === undefined) return missing(`there is no ${folder}`);
  if (!about.isDirectory()) return missing(`${folder} is no folder`);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch {
    return missing(`${folder} isn't writable`);
  }
  const { bavail, bsize } = await statfs(folder);
  const freeMib = Math.floor((bavail * bsize) / MIB);
  const detail = `${folder}, ${freeMib} MiB free`;
  if (freeMib >= WANTED_TEMPORARY_MIB) return { name: "tmpdir", state: "ok", detail };
  return { name: "tmpdir", state: "limited", detail, hint: "Free some space, or set TMPDIR to a folder with more." };
}

/** @param limits text of /proc/self/limits */
export function openFilesFinding(limits: string): Finding {
  const [, words = ""] = /^Max open files +(\d+|unlimited)/m.exec(limits) ?? [];
  if (words === "")
    return { name: "files", state: "ok", detail: "this system doesn't tell how many files may be open" };
  const files = words === "unlimited" ? Infinity : Number(words);
  const detail = `${words} files may be open at once`;
  if (files >= WANTED_FILES) return { name: "files", state: "ok", detail };
  const hint = `A run opens about 60: ulimit -n ${WANTED_FILES}`;
  return { name: "files", state: files >= NEEDED_FILES ? "limited" : "missing", detail, hint };
}

function memoryFinding(): Finding {
  const freeMib = availableMemoryMib();
  const detail = `${freeMib} MiB of memory free, ${availableCores()} cores`;
  if (freeMib >= WANTED_MEMORY_MIB) return { name: "memory", state: "ok", detail };
  return { name: "memory", state: "limited", detail, hint: `A machine takes about ${WANTED_MEMORY_MIB} MiB.` };
}
