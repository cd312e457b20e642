import { chosenGuests } from "./chosen-guests.ts";
import { refuseArguments, writeJson, type Command } from "./command.ts";
import { equipTold } from "./equip-told.ts";
import { EXIT } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";

export const imageCommand: Command = {
  name: "image",
  summary: "make what the guests boot from, or find it in the cache",
  usage: "[--profile PROFILE] [--json]",
  teaches: `
Fetches QEMU (as root) and the kernel, packs the disk with Node and the initramfs with the agent, and finds the accelerator: all
that a test would do before its first machine starts. Everything is cached by content; a second call does nothing. It does so for the
profiles that are named; without --profile for those of the project whose guests all have this machine's processor: emulators of others,
and what their guests boot, are downloads of their own.`,
  options: {
    profile: {
      type: "string",
      multiple: true,
      value: "PROFILE",
      help: "what this profile needs, or that file; all: of every profile whose emulator is here or can be installed",
    },
    json: { type: "boolean", help: "the paths as data" },
  },
  examples: [
    "udpsec image",
    "udpsec image --profile riscv64-uboot",
    "UDPSEC_CACHE=/var/cache/udpsec udpsec image --profile all --json",
  ],
  async run(parsed, io) {
    refuseArguments("image", parsed);
    const { guests, broken } = await chosenGuests(parsed.texts("profile"));
    for (const { error } of broken) reportError(error, io);
    const status = broken.length === 0 ? EXIT.passed : EXIT.cannotRun;
    const { emulators, kinds } = await equipTold(io, { guests, accelerator: "auto" });
    const images = [...kinds.values()].map(({ kind, image, accelerator, acceleratorReason }) => {
      return { guest: kind.name, accelerator, acceleratorReason, ...image };
    });
    if (parsed.flag("json")) {
      writeJson(io, { emulators: Object.fromEntries(emulators), images });
      return status;
    }
    for (const [arch, qemu] of emulators) io.stdout.write(`${arch.padEnd(8)}  ${qemu}\n`);
    for (const { guest, kernelPath, initrdPath, drives, accelerator, acceleratorReason } of images) {
      io.stdout.write(`${guest}\n  run by  ${accelerator} (${acceleratorReason})\n`);
      if (kernelPath !== undefined) io.stdout.write(`  kernel  ${kernelPath}\n`);
      if (initrdPath !== undefined) io.stdout.write(`  initrd  ${initrdPath}\n`);
      for (const drive of drives) io.stdout.write(`  disk    ${drive}\n`);
    }
    return status;
  },
};
