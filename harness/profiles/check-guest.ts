import { suggestion } from "../../contract/nearest-name.ts";
import { type GuestTable, MAIN_CONSOLE } from "../guests/guest-table.ts";
import type { ProfileIssue, Report } from "./profile-issue.ts";

const NAMES_OF_DEVICES = ["@nic", "@rng"];

/** What a schema can't say of a guest's table. @param within where it stands in its file */
export function checkGuest(table: GuestTable, within: readonly PropertyKey[]): ProfileIssue[] {
  const issues: ProfileIssue[] = [];
  const report: Report = (path, message) => void issues.push({ path: [...within, ...path], message });
  checkBoot(table, report);
  checkDevices(table, report);
  checkConsoles(table, report);
  for (const [name, { keep }] of Object.entries(table.disk)) {
    if (keep === "boot" && table.onReset === "boot")
      report(["disk", name, "keep"], "a machine that boots again keeps its disks: say run, or onReset = fail");
  }
  return issues;
}

function checkBoot({ firmware, kernel, initrd, append, dtb, disk, seed }: GuestTable, report: Report): void {
  const hasOwnFirmware = typeof firmware !== "string" || (firmware !== "default" && firmware !== "none");
  if (kernel === undefined && !hasOwnFirmware && Object.keys(disk).length === 0)
    report([], "nothing to boot: say kernel, or firmware, or a disk");
  for (const [key, value] of Object.entries({ initrd, append, dtb }))
    if (value !== undefined && kernel === undefined) report([key], `${key} goes with a kernel`);
  if (seed !== undefined && disk["seed"] !== undefined)
    report(["disk", "seed"], "seed is the name of cloud-init's disk");
}

function checkDevices({ devices, disk, seed }: GuestTable, report: Report): void {
  const disks = [...Object.keys(disk), ...(seed === undefined ? [] : ["seed"])].map((name) => `@disk.${name}`);
  const known = [...NAMES_OF_DEVICES, ...disks];
  devices.forEach((device, index) => {
    if (!device.startsWith("@") || known.includes(device) || /^@nic\.\d$/.test(device)) return;
    report(["devices", index], `no device ${device}${suggestion(device, known)}; there are ${known.join(", ")}`);
  });
}

function checkConsoles({ console, channel }: GuestTable, report: Report): void {
  if (console[MAIN_CONSOLE]?.port === "virtio")
    report(["console", MAIN_CONSOLE, "port"], `${MAIN_CONSOLE} is the first serial port`);
  const known = [MAIN_CONSOLE, ...Object.keys(console)];
  const name = channel.keyLog?.console;
  if (name !== undefined && !known.includes(name))
    report(["channel", "keyLog", "console"], `no console ${name}${suggestion(name, known)}`);
}
