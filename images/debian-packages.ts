import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SetupError } from "../harness/host/setup-error.ts";
import type { SetupErrorCode } from "../harness/host/setup-error.ts";
import type { Announce } from "../harness/host/content-cache.ts";
import { findProgram, HostToolError, runTool } from "../harness/host/host-tool.ts";

/** What to do where Debian's packages can't be had. */
export const KERNEL_HINT =
  "Set UDPSEC_KERNEL to a Linux x86-64 kernel image (vmlinuz) and UDPSEC_MODULES to its module folder " +
  "(/lib/modules/VERSION), and UDPSEC_BUSYBOX to a static busybox; or run on Debian with apt sources that work.";

/** As Debian calls them. */
export type DebianArchitecture = "arm64";

const LISTS_FRESH_MS = 60 * 60 * 1000;

/**
 * Debian packages, fetched and unpacked without root. The system's package lists are tried first; where there are none, or
 * old ones, a private copy is fetched into `stateFolder`.
 */
export class DebianPackages {
  readonly #stateFolder: string;
  readonly #announce: Announce;
  readonly #architecture: DebianArchitecture | undefined;
  #options: readonly string[] = ["-o", "APT::Sandbox::User=", "-o", "Acquire::Languages=none"];
  #listsAreOurs = false;

  /** @param architecture of the packages, if it isn't this machine's: they are unpacked, nothing of them runs here */
  constructor(stateFolder: string, announce: Announce, architecture?: DebianArchitecture) {
    this.#stateFolder = stateFolder;
    this.#announce = announce;
    this.#architecture = architecture;
  }

  /**
   * Fetches the packages into `folder` and unpacks them into `folder/root`. A metapackage stands for what it depends on.
   *
   * @returns the names of the packages that were fetched
   * @throws SetupError with `code`
   */
  async unpackInto(
    folder: string,
    name: string,
    code: SetupErrorCode,
    hint: string = KERNEL_HINT,
  ): Promise<readonly string[]> {
    checkHost(code, hint);
    let packages: readonly string[];
    // The system's own lists know nothing of another architecture.
    if (this.#architecture !== undefined) await this.#usePrivateLists(name);
    try {
      packages = await this.#download(folder, name);
    } catch (error) {
      if (!(error instanceof HostToolError) || this.#listsAreOurs) throw unavailable(name, code, hint, error);
      await this.#usePrivateLists(name);
      try {
        packages = await this.#download(folder, name);
      } catch (secondError) {
        throw unavailable(name, code, hint, secondError);
      }
    }
    for (const file of await this.#debFiles(folder))
      await runTool("dpkg-deb", "dpkg", ["-x", file, join(folder, "root")]);
    return packages;
  }

  async #download(folder: string, name: string): Promise<readonly string[]> {
    const packages = await this.#resolve(name);
    await runTool("apt-get", "apt", [...this.#options, "download", ...packages], { cwd: folder });
    return packages;
  }

  /** `linux-image-cloud-amd64` is empty: what counts is the kernel that it depends on. */
  async #resolve(name: string): Promise<readonly string[]> {
    if (!name.startsWith("linux-image-")) return [name];
    const output = await runTool("apt-cache", "apt", [...this.#options, "depends", "--important", name]);
    const depends = [...output.matchAll(/^\s*Depends: (linux-image-\S+)$/gm)].map((match) => match[1] ?? "");
    if (depends.length === 0) throw new HostToolError("apt-cache", `${name} depends on no kernel`);
    return depends;
  }

  async #usePrivateLists(name: string): Promise<void> {
    for (const part of ["lists/partial", "cache/archives/partial"]) {
      await mkdir(join(this.#stateFolder, part), { recursive: true });
    }
    if (this.#listsAreOurs) return;
    const set = (key: string, value: string): string[] => ["-o", `${key}=${value}`];
    const foreign = this.#architecture;
    const status = foreign === undefined ? "/var/lib/dpkg/status" : join(this.#stateFolder, "status");
    if (foreign !== undefined) await writeFile(status, "");
    this.#options = [
      ...this.#options,
      ...set("Dir::State", this.#stateFolder),
      ...set("Dir::State::lists", join(this.#stateFolder, "lists")),
      ...set("Dir::State::status", status),
      ...(foreign === undefined ? [] : [...set("APT::Architecture", foreign), ...set("APT::Architectures", foreign)]),
      ...set("Dir::Cache", join(this.#stateFolder, "cache")),
      // Caches that would save a second of a later call.
      ...set("Dir::Cache::pkgcache", ""),
      ...set("Dir::Cache::srcpkgcache", ""),
    ];
    this.#listsAreOurs = true;
    // The kernel and busybox are fetched one after the other: once is enough for both.
    const stamp = join(this.#stateFolder, "fetched");
    if (await isRecent(stamp)) return;
    const why = foreign === undefined ? `the system's do not give ${name}` : `${name} is of ${foreign}`;
    this.#announce(`package lists: fetching a private copy (${why})`);
    try {
      await runTool("apt-get", "apt", [...this.#options, "update"]);
    } catch (error) {
      // If one of several sources is broken, the package may still come from another; if not, the download fails with its name.
      if (!(error instanceof HostToolError)) throw error;
      this.#announce(`package lists: some sources failed (${error.detail.split("\n")[0] ?? ""})`);
      return;
    }
    await writeFile(stamp, "");
  }

  async #debFiles(folder: string): Promise<readonly string[]> {
    return (await readdir(folder)).filter((name) => name.endsWith(".deb")).map((name) => join(folder, name));
  }
}

function checkHost(code: SetupErrorCode, hint: string): void {
  if (process.arch !== "x64") {
    throw new SetupError(code, `This machine is ${process.arch}, the guest's kernel and Node are x86-64.`, hint);
  }
  if (findProgram("apt-get") === undefined || findProgram("dpkg-deb") === undefined) {
    const what = "This system has no apt: what guests boot comes from Debian packages.";
    throw new SetupError(code, what, hint);
  }
}

function unavailable(name: string, code: SetupErrorCode, hint: string, error: unknown): SetupError {
  const detail = error instanceof Error ? error.message : String(error);
  return new SetupError(code, `The Debian package ${name} can't be fetched: ${detail}`, hint, { cause: error });
}

async function isRecent(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs < LISTS_FRESH_MS;
  } catch {
    return false;
  }
}
