import type { GuestLaunch } from "../guests/guest-kind.ts";

export type Accelerator = "kvm" | "tcg";

/** One virtual machine, complete: from this alone follows its command line. */
export interface MachineSpec {
  /** Names the artifacts and the process: `a`, `b`, `vm`. */
  readonly name: string;
  readonly guest: GuestLaunch;
  /** In the order eth0, eth1, ...: a hub counts for as many NICs as it has addresses. */
  readonly networks: readonly MachineNetwork[];
  /** Without it the guest has no hardware source of entropy. */
  readonly hasRng: boolean;
  readonly accelerator: Accelerator;
  /** It waits for a debugger, which lets it run. */
  readonly waitsForGdb?: boolean;
  /** False: nothing of what passes its NICs is written. Default: a pcap for each. */
  readonly capturesNics?: boolean;
}

/** What a NIC, or two, are plugged into. MAC addresses are the caller's, so that runs can be compared. */
export type MachineNetwork =
  /** All NICs on one hub of QEMU's, with restricted user networking: the guest talks to itself across a wire. */
  | { readonly kind: "hub"; readonly macs: readonly string[] }
  /** User networking: NAT to the host. */
  | {
      readonly kind: "user";
      readonly mac: string;
      readonly hostForwards?: readonly HostForward[];
      /** Cuts the guest off from everything but the forwards. */
      readonly restrict?: boolean;
      /** Network with prefix length; QEMU's own 10.0.2.0/24 if left out. */
      readonly network?: string;
    }
  /** The other end is another machine with the paths exchanged; start order is free. */
  | { readonly kind: "dgram"; readonly mac: string; readonly localPath: string; readonly remotePath: string }
  /** A listening unix stream socket that speaks QEMU's framing: our fabric. */
  | { readonly kind: "stream"; readonly mac: string; readonly path: string };

/** A port of the host's loopback that leads into the guest. */
export interface HostForward {
  readonly protocol: "tcp" | "udp";
  readonly hostPort: number;
  readonly guestPort: number;
  readonly guestAddress?: string;
}

/** Where a machine reads and writes; all given, so that the command line is a pure function. */
export interface MachinePaths {
  readonly qemu: string;
  readonly qmpSocket: string;
  /** Where the debugger's stub listens, if the machine has one. */
  readonly gdbSocket?: string;
  readonly serialLog: string;
  readonly eventLog: string;
  readonly initLog: string;
  /** One capture for each NIC, in order; none if the machine captures nothing. */
  readonly captures: readonly string[];
  /** Files with the contents of `guest.fwCfgFiles`, by name. */
  readonly fwCfgFiles: Readonly<Record<string, string>>;
  /** This machine's own file for each disk of its shape, by name. */
  readonly disks?: Readonly<Record<string, string>>;
  /** A file for each console beside the main one, by name. */
  readonly consoleLogs?: Readonly<Record<string, string>>;
}

/** How many NICs the guest will see. */
export function nicCount(networks: readonly MachineNetwork[]): number {
  return networks.reduce((count, network) => count + (network.kind === "hub" ? network.macs.length : 1), 0);
}
