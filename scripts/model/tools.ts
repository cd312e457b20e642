/** spin, and the C compiler that its verifiers need. */
import { existsSync } from "node:fs";
import { installDebianPackages, isDebian } from "../../harness/host/debian-install.ts";
import { findProgram, HostToolError } from "../../harness/host/host-tool.ts";
import { SetupError } from "../../harness/host/setup-error.ts";

/** spin has its input preprocessed by gcc, too. */
const NEEDED: readonly { readonly package: string; readonly isThere: () => boolean }[] = [
  { package: "spin", isThere: () => findProgram("spin") !== undefined },
  { package: "gcc", isThere: () => findProgram("gcc") !== undefined },
  { package: "libc6-dev", isThere: () => existsSync("/usr/include/stdio.h") },
];

/** Installs what is missing where that may be done: as root on Debian. @throws SetupError `tool-missing` */
export async function ensureModelTools(announce: (line: string) => void): Promise<void> {
  const missing = NEEDED.filter(({ isThere }) => !isThere()).map((needed) => needed.package);
  if (missing.length === 0) return;
  const names = missing.join(" ");
  const hint = `As root: apt-get update && apt-get install -y --no-install-recommends ${names}`;
  if (!(await isDebian()) || process.getuid?.() !== 0) {
    throw new SetupError("tool-missing", `The models need ${names}, and only root on Debian can install that.`, hint);
  }
  announce(`models: installing Debian's ${names}`);
  try {
    await installDebianPackages(missing);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    throw new SetupError("tool-missing", `${names} can't be installed: ${error.detail}`, hint, { cause: error });
  }
}
