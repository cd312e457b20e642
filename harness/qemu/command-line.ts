import type { HostForward, MachineNetwork, MachinePaths, MachineSpec } from "./machine-spec.ts";

/** A command line that QEMU would misread, told before it starts. */
export class CommandLineError extends Error {
  override readonly name = "CommandLineError";
  readonly code = "command-line";
}

/** `sun_path` holds 108 bytes with its end; QEMU stays alive and silent on a longer one. */
export const MAX_SOCKET_PATH_BYTES = 107;

/**
 * The command that starts a machine, program first; pure. The machine starts stopped (`-S`): the caller lets it run once the
 * control channel stands, so that no event is missed.
 *
 * @throws CommandLineError
 */
export function qemuCommand(spec: MachineSpec, paths: MachinePaths): readonly string[] {
  const { guest } = spec;
  return [
    paths.qemu,
    ...["-name", escapeComma(spec.name)],
    ...[
      "-M",
      "q35,graphics=off,vmport=off",
      "-accel",
      spec.accelerator,
      "-cpu",
      "max",
      "-smp",
      "1",
      "-m",
      `${guest.memoryMib}`,
    ],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-S"],
    ...["-kernel", guest.kernelPath, "-initrd", guest.initrdPath, "-append", guest.append],
    ...["-chardev", `socket,id=qmp,path=${escapeComma(socketPath(paths.qmpSocket))},server=off`],
    ...["-mon", "chardev=qmp,mode=control"],
    ...["-chardev", `stdio,id=serial,signal=off,logfile=${escapeComma(paths.serialLog)},logappend=off`],
    ...["-serial", "chardev:serial"],
    ...guest.drives.flatMap(driveArguments),
    ...Object.keys(guest.fwCfgFiles).flatMap((name) => fwCfgArguments(name, paths)),
    ...portArguments(spec, paths),
    ...(spec.hasRng ? ["-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng"] : []),
    ...networkArguments(spec, paths.captures),
  ];
}

/** QEMU's option syntax ends a value at a comma and takes two for one. */
function escapeComma(value: string): string {
  return value.replaceAll(",", ",,");
}

function socketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return path;
  throw new CommandLineError(`socket path of ${bytes} bytes, at most ${MAX_SOCKET_PATH_BYTES} fit: ${path}`);
}

function driveArguments(path: string, index: number): string[] {
  const drive = `file=${escapeComma(path)},id=disk${index},if=none,format=raw,readonly=on`;
  return ["-drive", drive, "-device", `virtio-blk-pci,drive=disk${index}`];
}

/** Always by file: the contents may hold commas. */
function fwCfgArguments(name: string, paths: MachinePaths): string[] {
  const file = paths.fwCfgFiles[name];
  if (file === undefined) throw new CommandLineError(`no file for the fw_cfg item ${name}`);
  return ["-fw_cfg", `name=${escapeComma(name)},file=${escapeComma(file)}`];
}

function portArguments({ guest }: MachineSpec, paths: MachinePaths): string[] {
  if (!guest.hasEventPort && !guest.hasInitPort) return [];
  // Files, not sockets: a socket that nobody reads would block the guest's writes for ever.
  const port = (id: string, path: string): string[] => [
    ...["-chardev", `file,id=${id},path=${escapeComma(path)}`],
    ...["-device", `virtserialport,chardev=${id},name=org.udpsec.${id}`],
  ];
  return [
    ...["-device", "virtio-serial-pci"],
    ...(guest.hasEventPort ? port("events", paths.eventLog) : []),
    ...(guest.hasInitPort ? port("init", paths.initLog) : []),
  ];
}

function networkArguments({ networks, capturesNics }: MachineSpec, captures: readonly string[]): string[] {
  const args: string[] = [];
  let nic = 0;
  const plug = (mac: string): void => {
    // No option ROM: no guest boots from the network, and the firmware would spend time on it.
    args.push("-device", `virtio-net-pci,netdev=net${nic},mac=${macAddress(mac)},romfile=`);
    if (capturesNics !== false) args.push("-object", captureArgument(nic, captures[nic]));
    nic += 1;
  };
  for (const [index, network] of networks.entries()) {
    if (network.kind === "hub") {
      // Without IPv4: the user network reads every frame of a hub, whoever it is for, and resets TCP connections it doesn't know.
      args.push("-netdev", `user,id=uplink${index},restrict=on,ipv4=off`);
      args.push("-netdev", `hubport,id=hub${index},hubid=${index},netdev=uplink${index}`);
      for (const mac of network.macs) {
        args.push("-netdev", `hubport,id=net${nic},hubid=${index}`);
        plug(mac);
      }
    } else {
      args.push("-netdev", backend(network, `net${nic}`));
      plug(network.mac);
    }
  }
  return args;
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

/** A command as one line that pastes into a POSIX shell. */
export function shellCommand(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
