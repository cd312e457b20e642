/** The devices of a machine as QEMU's words, in the order in which its guest is to find them. */
import { ARCHITECTURES } from "../guests/architecture.ts";
import type { DiskPlan, MachineShape } from "../guests/machine-shape.ts";
import { CommandLineError, escapeComma, socketPath } from "./command-words.ts";
import type { HostForward, MachineNetwork, MachinePaths, MachineSpec } from "./machine-spec.ts";

/** One thing that a shape's `devices` may name, with what QEMU must be told for it. */
interface Pluggable {
  /** `@nic`, `@nic.0`, `@rng`, `@disk.NAME`. */
  readonly names: readonly string[];
  readonly args: readonly string[];
}

/** @throws CommandLineError for a name in `devices` that the machine doesn't have */
export function deviceArguments(spec: MachineSpec, shape: MachineShape, paths: MachinePaths): string[] {
  const left = new Set(pluggables(spec, shape, paths));
  const ordered = shape.devices.flatMap((device) => {
    if (!device.startsWith("@")) return ["-device", device];
    const named = [...left].filter(({ names }) => names.includes(device));
    // What a run leaves out (a NIC where there is no network) is no mistake of the guest's table.
    if (named.length === 0 && !isKnown(device, shape))
      throw new CommandLineError(`no device ${device} in this machine`);
    for (const one of named) left.delete(one);
    return named.flatMap(({ args }) => args);
  });
  return [...ordered, ...[...left].flatMap(({ args }) => args)];
}

function isKnown(device: string, { disks }: MachineShape): boolean {
  return /^@(?:nic(?:\.\d)?|rng)$/.test(device) || disks.some(({ name }) => device === `@disk.${name}`);
}

function pluggables(spec: MachineSpec, shape: MachineShape, paths: MachinePaths): Pluggable[] {
  const { block } = ARCHITECTURES[shape.arch];
  return [
    ...spec.guest.drives.map((path, index) => ({ names: [], args: driveArguments(path, index, block) })),
    ...shape.disks.map((disk) => ({ names: [`@disk.${disk.name}`], args: diskArguments(disk, paths) })),
    ...(spec.hasRng && shape.rng !== ""
      ? [
          {
            names: ["@rng"],
            args: ["-object", "rng-random,id=rng,filename=/dev/urandom", "-device", `${shape.rng},rng=rng`],
          },
        ]
      : []),
    ...networkDevices(spec, shape.nic, paths.captures),
  ];
}

function driveArguments(path: string, index: number, block: string): string[] {
  const drive = `file=${escapeComma(path)},id=disk${index},if=none,format=raw,readonly=on`;
  return ["-drive", drive, "-device", `${block},drive=disk${index}`];
}

function diskArguments({ name, source, device }: DiskPlan, { disks = {} }: MachinePaths): string[] {
  const path = disks[name];
  if (path === undefined) throw new CommandLineError(`no file for the disk ${name}`);
  const from =
    source.kind === "seed"
      ? `if=none,format=raw,readonly=on,file.driver=vvfat,file.dir=${escapeComma(path)},file.label=CIDATA`
      : `if=none,format=${source.kind === "image" ? source.format : "raw"},file=${escapeComma(path)}`;
  return ["-drive", `${from},id=disk-${name}`, "-device", `${device},drive=disk-${name}`];
}

function networkDevices(
  { networks, capturesNics }: MachineSpec,
  model: string,
  captures: readonly string[],
): Pluggable[] {
  const found: Pluggable[] = [];
  let nic = 0;
  const plug = (mac: string): string[] => {
    // No option ROM: no guest boots from the network, and the firmware would spend time on it.
    const rom = model.split(",")[0]?.endsWith("-device") === true ? "" : ",romfile=";
    const args = ["-device", `${model},netdev=net${nic},mac=${macAddress(mac)}${rom}`];
    if (capturesNics !== false) args.push("-object", captureArgument(nic, captures[nic]));
    return args;
  };
  const add = (args: readonly string[]): void => {
    found.push({ names: ["@nic", `@nic.${nic}`], args });
    nic += 1;
  };
  for (const [index, network] of networks.entries()) {
    if (network.kind !== "hub") {
      add(["-netdev", backend(network, `net${nic}`), ...plug(network.mac)]);
      continue;
    }
    // Without IPv4: the user network reads every frame of a hub, whoever it is for, and resets TCP connections it doesn't know.
    const uplink = [
      ...["-netdev", `user,id=uplink${index},restrict=on,ipv4=off`],
      ...["-netdev", `hubport,id=hub${index},hubid=${index},netdev=uplink${index}`],
    ];
    for (const [at, mac] of network.macs.entries())
      add([...(at === 0 ? uplink : []), "-netdev", `hubport,id=net${nic},hubid=${index}`, ...plug(mac)]);
  }
  return found;
}

function captureArgument(nic: number, file: string | undefined): string {
  if (file === undefined) throw new CommandLineError(`no capture file for NIC ${nic}`);
  return `filter-dump,id=capture${nic},netdev=net${nic},file=${escapeComma(file)}`;
}

function backend(network: Exclude<MachineNetwork, { kind: "hub" }>, id: string): string {
  switch (network.kind) {
    case "user": {
      const options = [`user,id=${id}`];
      if (network.network !== undefined) options.push(`net=${network.network}`);
      if (network.restrict === true) options.push("restrict=on");
      for (const forward of network.hostForwards ?? []) options.push(`hostfwd=${hostForward(forward)}`);
      return options.join(",");
    }
    case "dgram": {
      const local = escapeComma(socketPath(network.localPath));
      const remote = escapeComma(socketPath(network.remotePath));
      return `dgram,id=${id},local.type=unix,local.path=${local},remote.type=unix,remote.path=${remote}`;
    }
    case "stream":
      return `stream,id=${id},server=off,addr.type=unix,addr.path=${escapeComma(socketPath(network.path))}`;
  }
}

/** Bound to the loopback: other hosts can't reach what a test opens. */
function hostForward({ protocol, hostPort, guestPort, guestAddress = "" }: HostForward): string {
  return `${protocol}:127.0.0.1:${hostPort}-${guestAddress}:${guestPort}`;
}

function macAddress(mac: string): string {
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac)) return mac;
  throw new CommandLineError(`not a MAC address in lower case with colons: ${mac}`);
}
