/**
 * What a run hands over to be judged. The sources are those that the agent in the guest can't write: the capture at the NIC and
 * init's kernel counters; what the guest itself said (printed markers, congestion samples) stands beside them to be checked.
 */

import type { MarkerEntry } from "../../markers/manifest.ts";
import type { WirePlan } from "./wire-plan.ts";

/** One NIC's capture as QEMU wrote it (pcap), or the fabric's pcapng. */
export interface CaptureSource {
  /** Node name in the profile, e.g. `a`; with two NICs in one VM still the node's name. */
  readonly node: string;
  readonly nic: number;
  readonly path: string;
  /**
   * The NIC's own address (`52:54:00:...`): tells what it sent from what it heard. A hub shows every frame to every NIC, so
   * pcap needs it; the fabric's pcapng carries directions and interface names (`node.nic`) of its own.
   */
  readonly mac?: string;
}

export interface SessionKeyRecord {
  /** 16 hex digits as on the wire (8 bytes little-endian). */
  readonly sessionId: string;
  /** Hex keys, 32 bytes each: the direction initiator to responder and back. */
  readonly initiatorKey: string;
  readonly responderKey: string;
}

/** `/proc/net/snmp` and friends of one network namespace, written by init after the agent ended. */
export interface KernelCounters {
  readonly node: string;
  readonly namespace: string;
  /** e.g. `Udp.InDatagrams`, `Udp.RcvbufErrors`, `Ip.FragCreates`, `Tcp.OutSegs`. */
  readonly values: Readonly<Record<string, number>>;
}

/** A fault of a directed link, by its ends as the profile names them (`ends.ts`), in the switch's word for it. */
export interface ExpectedFault {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  /** How long it lasts, if it ends. */
  readonly lengthMs?: number;
}

/** How long a machine can have sent anything: by its kernel's clock as init read it, else by the harness's, from the run's start to its end. */
export interface MachineLife {
  readonly node: string;
  readonly seconds: number;
}

/** By its ends as a profile would name them (`ends.ts`). */
export interface ExpectedDial {
  readonly from: string;
  readonly to: string;
}

/** From the event port: written by the guest, so it confirms nothing by itself. */
export interface CongestionSample {
  readonly node: string;
  readonly source: string;
  /** Whose sessions are its process's: `a.1`. Undefined: that is not known. */
  readonly nic?: string;
  /** Session id as on the wire. */
  readonly connection: string;
  /** The guest's clock. */
  readonly atMs: number;
  readonly cwndBytes: number;
}

/** A marker that a machine printed, with what its entry in the list of markers says of it. */
export interface PrintedMarker extends Pick<MarkerEntry, "id" | "evidence" | "after"> {
  readonly node: string;
  /** Of the processes that may print it: `a.1`. Undefined: any of the node's. */
  readonly nics?: readonly string[];
  readonly atMs: number;
  /** The line as it was printed. */
  readonly line: string;
}

/** A device that listens, as the harness made it. */
export interface ListedDevice {
  readonly host: string;
  /** Hex. */
  readonly identitySeed: string;
}

export interface EvidenceInput {
  readonly captures: readonly CaptureSource[];
  /** Port the daemons listen on, UDP and TCP. */
  readonly sessionPort: number;
  /** Of the handshakes that could be opened, from secrets of one side. */
  readonly keys: readonly SessionKeyRecord[];
  /** True if the guests were told to tell their secrets: then a session with DATA but without a key is contradicted. */
  readonly keyLog?: boolean;
  readonly counters: readonly KernelCounters[];
  readonly lives?: readonly MachineLife[];
  /** Machines whose init should have written counters and did not: they were ended before. */
  readonly withoutCounters?: readonly string[];
  /** What was printed, once for each time. */
  readonly markers: readonly PrintedMarker[];
  /** Who lives at which address, from the harness's own plan. */
  readonly devices?: readonly ListedDevice[];
  readonly canary: string;
  /** What the profile's workload asked for. */
  readonly bulkBytes: number;
  /** True if the profile's network is known to lose packets. */
  readonly lossy: boolean;
  readonly faults?: readonly ExpectedFault[];
  readonly congestion?: readonly CongestionSample[];
  readonly dials?: readonly ExpectedDial[];
  /** Machines that the profile killed. */
  readonly killed?: readonly string[];
  /** How often the profile has its gateway forget. */
  readonly forgets?: number;
  /** Who may speak on which wire. */
  readonly wire?: WirePlan;
  /** Rules that the profile asks for by name. */
  readonly required?: readonly string[];
  /** Rules that are asked as well, of which nothing follows for the run. */
  readonly consulted?: readonly string[];
}
