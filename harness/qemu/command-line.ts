import { type MachineShape, plainShape } from "../guests/machine-shape.ts";
import { CommandLineError, escapeComma, socketPath } from "./command-words.ts";
import { deviceArguments } from "./device-arguments.ts";
import type { MachinePaths, MachineSpec } from "./machine-spec.ts";

/**
 * The command that starts a machine, program first; pure. The machine starts stopped (`-S`): the caller lets it run once the
 * control channel stands, so that no event is missed.
 *
 * @throws CommandLineError
 */
export function qemuCommand(spec: MachineSpec, paths: MachinePaths): readonly string[] {
  const { guest } = spec;
  const shape = guest.shape ?? plainShape("x86_64");
  return [
    paths.qemu,
    ...["-name", escapeComma(spec.name)],
    ...processorArguments(spec, shape),
    ...[
      "-nodefaults",
      "-no-user-config",
      "-display",
      "none",
      // Where it stands still at a reset, nothing of its next boot comes before all of the last one was read.
      ...(shape.onReset === "boot" ? ["-action", "reboot=shutdown,shutdown=pause"] : ["-no-reboot"]),
      "-S",
    ],
    ...firmwareArguments(shape, paths),
    ...bootArguments(spec, shape),
    ...["-chardev", `socket,id=qmp,path=${escapeComma(socketPath(paths.qmpSocket))},server=off`],
    ...["-mon", "chardev=qmp,mode=control"],
    ...gdbArguments(spec, paths),
    ...["-chardev", `stdio,id=serial,signal=off,logfile=${escapeComma(paths.serialLog)},logappend=off`],
    ...["-serial", "chardev:serial"],
    ...Object.keys(guest.fwCfgFiles).flatMap((name) => fwCfgArguments(name, paths)),
    ...portArguments(spec, shape, paths),
    ...deviceArguments(spec, shape, paths),
    ...shape.extraArgs,
  ];
}

function gdbArguments({ waitsForGdb = false }: MachineSpec, { gdbSocket }: MachinePaths): string[] {
  if (!waitsForGdb) return [];
  if (gdbSocket === undefined) throw new CommandLineError("no socket for the debugger");
  const chardev = `socket,id=gdb,path=${escapeComma(socketPath(gdbSocket))},server=on,wait=off`;
  return ["-chardev", chardev, "-gdb", "chardev:gdb"];
}

function processorArguments({ guest, accelerator }: MachineSpec, shape: MachineShape): string[] {
  const { machine, cpu, smp, icount, globals } = shape;
  if (icount !== undefined && accelerator === "kvm")
    throw new CommandLineError("icount counts what is emulated: it does not go with KVM");
  return [
    ...["-M", machine, "-accel", accelerator, "-cpu", cpu, "-smp", `${smp}`, "-m", `${guest.memoryMib}`],
    ...(icount === undefined ? [] : ["-icount", icount]),
    ...globals.flatMap((one) => ["-global", one]),
  ];
}

function firmwareArguments({ firmware }: MachineShape, { disks = {} }: MachinePaths): string[] {
  if (firmware === "default") return [];
  if (firmware === "none") return ["-bios", "none"];
  if ("path" in firmware) return ["-bios", firmware.path];
  const vars = disks[FIRMWARE_VARIABLES];
  if (vars === undefined) throw new CommandLineError("no file for the firmware's variables");
  return [
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${escapeComma(firmware.code)}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${escapeComma(vars)}`],
  ];
}

/** Under this name a machine's copy of its firmware's variables stands among the paths of its disks; no disk can be called so. */
export const FIRMWARE_VARIABLES = "firmware variables";

function bootArguments({ guest }: MachineSpec, { dtbPath }: MachineShape): string[] {
  const { kernelPath, initrdPath, append } = guest;
  const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);
  return [
    ...option("-kernel", kernelPath),
    ...option("-initrd", initrdPath),
    ...option("-append", append),
    ...option("-dtb", dtbPath),
  ];
}

/** Always by file: the contents may hold commas. */
function fwCfgArguments(name: string, paths: MachinePaths): string[] {
  const file = paths.fwCfgFiles[name];
  if (file === undefined) throw new CommandLineError(`no file for the fw_cfg item ${name}`);
  return ["-fw_cfg", `name=${escapeComma(name)},file=${escapeComma(file)}`];
}

function portArguments({ guest }: MachineSpec, { consoles }: MachineShape, paths: MachinePaths): string[] {
  const ofVirtio = consoles.filter(({ port }) => port === "virtio");
  const needsBus = guest.hasEventPort || guest.hasInitPort || ofVirtio.length > 0;
  // Files, not sockets: a socket that nobody reads would block the guest's writes for ever.
  const file = (id: string, path: string): string[] => ["-chardev", `file,id=${id},path=${escapeComma(path)}`];
  const port = (id: string, path: string): string[] => [
    ...file(id, path),
    ...["-device", `virtserialport,chardev=${id},name=org.udpsec.${id}`],
  ];
  return [
    ...(needsBus ? ["-device", "virtio-serial-pci"] : []),
    ...(guest.hasEventPort ? port("events", paths.eventLog) : []),
    ...(guest.hasInitPort ? port("init", paths.initLog) : []),
    ...consoles.flatMap((console) => {
      const id = `console-${console.name}`;
      const log = paths.consoleLogs?.[console.name];
      if (log === undefined) throw new CommandLineError(`no file for the console ${console.name}`);
      const device =
        console.port === "serial" ? ["-serial", `chardev:${id}`] : ["-device", `virtconsole,chardev=${id}`];
      return [...file(id, log), ...device];
    }),
  ];
}
