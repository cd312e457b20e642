/** A browser for the pages' tests: Debian's, which is installed if it is missing and may be. */
import { installDebianPackages, isDebian } from "../../host/debian-install.ts";
import { findProgram } from "../../host/host-tool.ts";
import { SetupError } from "../../host/setup-error.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const HINT = "As root: apt-get install -y chromium. Or set UDPSEC_CHROMIUM to the path of one.";

/** @returns its path @throws SetupError `tool-missing`, HostToolError */
export async function findChromium(): Promise<string> {
  const chosen = process.env["UDPSEC_CHROMIUM"] ?? "";
  if (chosen !== "") return chosen;
  const found = firstOf(NAMES);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && (await isDebian())) await installDebianPackages(["chromium"]);
  const installed = firstOf(NAMES);
  if (installed === undefined) throw new SetupError("tool-missing", "The browser chromium is missing.", HINT);
  return installed;
}

function firstOf(names: readonly string[]): string | undefined {
  return names.flatMap((name) => findProgram(name) ?? [])[0];
}
