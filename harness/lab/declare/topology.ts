/** What a lab boots, as the body of a test writes it: plain data, the whole of it before anything starts. */
import type { z } from "zod";
import type { ProbeName, TransportMode } from "../../../contract/configuration.ts";
import type { MarkerEntry } from "../../markers/manifest.ts";
import type { guestSchema } from "../../profiles/guest-schema.ts";
import type { faultSchema } from "../../profiles/written-faults.ts";

/** A time: `"500ms"`, `"20s"`, `"3m"`. */
export type Duration = `${number}${"ms" | "s" | "m"}`;

/** One fault of a link, as `drop`, `delay` and their neighbours make it. */
export type LabFault = z.input<typeof faultSchema>;

/** A guest of your own, as its TOML table has it (docs/your-own-os.md). Paths begin at the topology's `folder`. */
export type LabGuestTable = z.input<typeof guestSchema>;

/**
 * What is booted and how it is connected.
 *
 * @example
 * const topology = {
 *   networks: { net: { kind: "fabric", links: [{ between: ["a", "b"], faults: [drop(0.05)] }] } },
 *   nodes: {
 *     a: { guest: "udpsec", process: [selftest({ target: "b", probes: ["control"] })] },
 *     b: { guest: "host", process: [daemon()] },
 *   },
 * } as const satisfies LabTopology;
 */
export interface LabTopology {
  /** In the name of the folder of artifacts. Default: the test's, else `lab`. */
  readonly name?: string;
  /** By name; none: no node has a NIC. Several, up to four, are all of kind `fabric`. */
  readonly networks?: Readonly<Record<string, LabNetwork>>;
  /** By name: a letter, then up to 7 letters or digits. At most 8. */
  readonly nodes: Readonly<Record<string, LabNodeOptions>>;
  /** One box between two networks of kind `fabric`. */
  readonly gateway?: LabGateway;
  /** What is done to links and the gateway at run time, by name: `lab.begin(name)`, `lab.clear(name)`. */
  readonly actions?: Readonly<Record<string, LabAction>>;
  /** Markers of a guest of your own, with the rules of evidence that must confirm them. The project's own are known. */
  readonly markers?: readonly LabMarker[];
  /** Guests tell the ephemeral secrets of their sessions, so that captures can be opened. Default: true. */
  readonly keyLog?: boolean;
  /** Our guests tell what their endpoints do, for `udpsec qlog`; it slows them. Default: false. */
  readonly qlog?: boolean;
  /** What self-tests send: bytes each way (default 1 MiB), messages of the control probe. */
  readonly workload?: { readonly bulkBytes?: number; readonly messages?: number };
  /** Where relative paths of guests begin. Default: the current folder. */
  readonly folder?: string;
}

/** `hub`: one machine with two NICs. `user`: one machine and processes of the host. `vm-to-vm`: two machines. `fabric`: the switch, with faults. */
export type LabNetwork =
  { readonly kind: "hub" | "user" | "vm-to-vm" } | { readonly kind: "fabric"; readonly links?: readonly LabLink[] };

/** A router; with filtering a firewall; with mapping a NAT (RFC 4787's words, docs/writing-a-profile.md). */
export interface LabGateway {
  /** As links name it. Default: `gw`. */
  readonly name?: string;
  readonly inside: string;
  readonly outside: string;
  /** Whether a socket inside has one port outside, or one for each whom it talks to. Default: no translation. */
  readonly mapping?: "none" | "endpoint-independent" | "endpoint-dependent";
  /** Who outside may send to a socket inside. Default: anybody. */
  readonly filtering?: "none" | "endpoint-independent" | "endpoint-dependent";
  /** A mapping that nothing leaves by for so long is gone. Default: `"5m"`. */
  readonly udpTimeout?: Duration;
}

/** Faults of a link: both ways, or one way. An end is a node, `a`, or one of its NICs, `a.1`. */
export type LabLink =
  | { readonly between: readonly [string, string]; readonly faults: readonly LabFault[] }
  | { readonly from: string; readonly to: string; readonly faults: readonly LabFault[] };

/** A machine, or a process on the host. */
export interface LabNodeOptions {
  /** `udpsec`, `udpsec-arm64`, `busybox`, `host`, `peer`; a file with a guest's table, `"./mine.toml"`; or such a table. Default: `udpsec`. */
  readonly guest?: string | LabGuestTable;
  /** Where eth0 and eth1 are plugged in, by name. Default: the first network. eth1 is there where a self-test of the node's own daemon runs. */
  readonly nics?: readonly string[];
  readonly memoryMib?: number;
  /** A hardware source of entropy. Default: true. */
  readonly rng?: boolean;
  /** Bytes. */
  readonly mtu?: number;
  /** What runs there, of a guest with our agent: `daemon()`, `selftest()`. */
  readonly process?: readonly LabProcess[];
  /** Of guest `peer`: how many lies it tells. */
  readonly lies?: number | "all";
}

export type LabProcess = LabDaemon | LabSelftest;

/** A daemon, as `daemon()` makes it. */
export interface LabDaemon {
  readonly kind: "dsoftbusd";
  readonly mode?: TransportMode;
  readonly udpSecEnabled?: boolean;
  /** Who vouches for randomness. Default: a device of the machine's, on the host its kernel. */
  readonly entropyPolicy?: "hardware" | "kernel";
  readonly allowUnknownPeers?: boolean;
  /** Nodes whose daemon it keeps a session to. */
  readonly dials?: readonly string[];
}

/** A self-test, as `selftest()` makes it. */
export interface LabSelftest {
  readonly kind: "selftest";
  /** Node whose daemon is probed. */
  readonly target: string;
  /** One after the other. */
  readonly probes: readonly ProbeName[];
  readonly mode?: TransportMode;
  readonly udpSecEnabled?: boolean;
  readonly entropyPolicy?: "hardware" | "kernel";
}

/** What `partition`, `faults` and `forget` make. */
export type LabAction =
  | { readonly kind: "forget" }
  | { readonly kind: "partition"; readonly from: string; readonly to: string }
  | {
      readonly kind: "faults";
      readonly from: string;
      readonly to: string;
      readonly bothWays: boolean;
      readonly faults: readonly LabFault[];
    };

/** A line that proves something: `text` may have fields, such as `<port:port>`. */
export interface LabMarker extends Pick<MarkerEntry, "id" | "text"> {
  /** Rules of evidence that must confirm it, such as `ping-answered`. Without: it is the guest's word. */
  readonly evidence?: readonly string[];
  /** Of our programs the kind of process that prints it: `peer`, `dsoftbusd`, `selftest`. Default: a guest that has none of them. */
  readonly process?: string;
}
