/** Before the first test that another's tool looks at: Debian's tshark, and dumpcap that comes with it, are there. */
import { installDebianPackages, isDebian } from "../../host/debian-install.ts";
import { findProgram } from "../../host/host-tool.ts";
import { SetupError } from "../../host/setup-error.ts";

export default async function setUp(): Promise<void> {
  if (isThere()) return;
  if (process.getuid?.() === 0 && (await isDebian())) await installDebianPackages(["tshark"]);
  if (!isThere()) throw new SetupError("tool-missing", "tshark is missing.", "As root: apt-get install -y tshark");
}

function isThere(): boolean {
  return findProgram("tshark") !== undefined && findProgram("dumpcap") !== undefined;
}
