import { equip, guestsOf } from "../run/request/equipment.ts";
import { loadAllProfiles } from "../profiles/load.ts";
import { refuseArguments, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";

export const imageCommand: Command = {
  name: "image",
  summary: "make what the guests boot from, or find it in the cache",
  usage: "[--json]",
  teaches: `
Fetches QEMU (as root) and the kernel, packs the disk with Node and the initramfs with the agent, and finds the accelerator: all
that a test would do before its first machine starts. Everything is cached by content; a second call does nothing.`,
  options: { json: { type: "boolean", help: "the paths as data" } },
  examples: ["udpsec image", "UDPSEC_CACHE=/var/cache/udpsec udpsec image --json"],
  async run(parsed, io) {
    refuseArguments("image", parsed);
    const announce = (line: string): void => void io.stderr.write(`set-up  ${line}\n`);
    const { loaded, broken } = loadAllProfiles();
    for (const { error } of broken) reportError(error, io);
    const status = broken.length === 0 ? EXIT.passed : EXIT.cannotRun;
    const profiles = loaded.map(({ profile }) => profile);
    const { qemu, kinds, accelerator, acceleratorReason } = await equip({
      guests: guestsOf(profiles),
      accelerator: "auto",
      announce,
      signal: io.signal,
    });
    const images = [...kinds].map(([guest, { image }]) => ({ guest, ...image }));
    if (parsed.flag("json")) {
      writeJson(io, { qemu, accelerator, acceleratorReason, images });
      return status;
    }
    io.stdout.write(`qemu         ${qemu}\naccelerator  ${accelerator} (${acceleratorReason})\n`);
    for (const { guest, kernelPath, initrdPath, drives } of images) {
      io.stdout.write(`${guest}\n  kernel  ${kernelPath}\n  initrd  ${initrdPath}\n`);
      for (const drive of drives) io.stdout.write(`  disk    ${drive}\n`);
    }
    return status;
  },
};
