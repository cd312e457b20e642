import { suggestion } from "../../contract/nearest-name.ts";
import { ARCHITECTURES } from "../guests/architecture.ts";
import { REPORTED_CAPABILITIES } from "../guests/capability.ts";
import { type GuestTable, MAIN_CONSOLE } from "../guests/guest-table.ts";
import { canBeReset } from "../guests/table-guest.ts";
import type { ProfileIssue, Report } from "./profile-issue.ts";

const NAMES_OF_DEVICES = ["@nic", "@rng"];

/** What a schema can't say of a guest's table. @param within where it stands in its file */
export function checkGuest(table: GuestTable, within: readonly PropertyKey[]): ProfileIssue[] {
  const issues: ProfileIssue[] = [];
  const report: Report = (path, message) => void issues.push({ path: [...within, ...path], message });
  checkBoot(table, report);
  checkDevices(table, report);
  checkConsoles(table, report);
  for (const [name, { keep, create, format }] of Object.entries(table.disk)) {
    if (keep === "boot" && table.onReset === "boot")
      report(["disk", name, "keep"], "a machine that boots again keeps its disks: say run, or onReset = fail");
    if (create !== undefined && format !== "raw")
      report(["disk", name, "format"], "an empty disk is raw: format is that of an image");
  }
  if (table.onReset === "boot" && !canBeReset(table))
    report(
      ["onReset"],
      "what an event port and an init's report tell is of one boot: without channel.events and initReport",
    );
  table.capabilities.forEach((capability, index) => {
    if (REPORTED_CAPABILITIES.includes(capability) && table.channel.initReport === undefined)
      report(["capabilities", index], `${capability} shows in an init's report: say channel.initReport as well`);
  });
  if (table.quiet !== undefined && table.ends === "power-off")
    report(["quiet"], "a guest that powers itself off says itself how long it goes on: quiet goes with other ends");
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

function checkConsoles({ arch, machine, console, channel }: GuestTable, report: Report): void {
  if (console[MAIN_CONSOLE]?.port === "virtio")
    report(["console", MAIN_CONSOLE, "port"], `${MAIN_CONSOLE} is the first serial port`);
  const others = Object.entries(console).filter(([name]) => name !== MAIN_CONSOLE);
  for (const [name, { encoding }] of others)
    if (encoding !== "utf-8")
      report(["console", name, "encoding"], `${MAIN_CONSOLE} alone is read as text: of ${name} the bytes are kept`);
  checkSerialPorts(
    { arch, machine },
    others.flatMap(([name, { port }]) => (port === "serial" ? [name] : [])),
    report,
  );
  const known = [MAIN_CONSOLE, ...Object.keys(console)];
  const name = channel.keyLog?.console;
  if (name !== undefined && !known.includes(name))
    report(["channel", "keyLog", "console"], `no console ${name}${suggestion(name, known)}`);
}

/** How many a machine has that isn't the architecture's own, its user knows. */
function checkSerialPorts(
  { arch, machine }: Pick<GuestTable, "arch" | "machine">,
  names: readonly string[],
  report: Report,
): void {
  const { machine: usual, serialPorts } = ARCHITECTURES[arch];
  const [model = ""] = usual.split(",");
  if (machine !== undefined && machine.split(",")[0] !== model) return;
  // The first one is the main console's.
  for (const name of names.slice(serialPorts - 1))
    report(["console", name], `${model} of ${arch} has no serial port for ${name}: say port = "virtio"`);
}
