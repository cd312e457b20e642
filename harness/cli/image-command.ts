import { equip, guestsOf } from "../run/request/equipment.ts";
import { guestKind, type GuestRef } from "../guests/registry.ts";
import { emulatorObstacle } from "../qemu/find-qemu.ts";
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
    const guests: GuestRef[] = [];
    for (const guest of guestsOf(profiles)) if (await canRun(guest)) guests.push(guest);
    const { emulators, kinds } = await equip({
      guests,
      accelerator: "auto",
      announce,
      signal: io.signal,
    });
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

/** What needs an emulator that can't be had here is left out; a profile with it says so when it is run. */
async function canRun(guest: GuestRef): Promise<boolean> {
  const kind = guestKind(guest);
  return kind.runsOn === "host" || kind.arch === "x86_64" || (await emulatorObstacle(kind.arch)) === undefined;
}
