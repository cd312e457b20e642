import type { EntropyPolicy, ProbeName, TransportMode } from "../../contract/configuration.ts";
import type { LinkSpec } from "../../contract/impairment/index.ts";
import type { Dependence } from "../fabric/gateway/gateway-plan.ts";
import type { GuestNamespace } from "../guests/network-plan.ts";
import type { GuestRef } from "../guests/registry.ts";

/**
 * What is to be booted and how it is connected, as plain data: nothing in it knows of a ladder, a budget or a rule of evidence.
 * A profile is turned into one; code can write one as well.
 */
export interface Topology {
  /** Shown in the events of the guests. */
  readonly name: string;
  readonly nodes: readonly TopologyNode[];
  readonly networks: readonly TopologyNetwork[];
  /** Who is on another network is reached through it. */
  readonly gateway?: TopologyGateway;
  /** Faults of directed links; they need a network of kind `fabric`. The last one that matches a pair counts. */
  readonly links: readonly TopologyLink[];
  /** Secrets of sessions go to the event port so that captures can be opened. */
  readonly keyLog: boolean;
  /** Our agents tell the event port what their endpoints do, as qlog has it. */
  readonly qlog?: boolean;
  /** How long daemons go on after the last self-test, at most (ms). */
  readonly lingerMs: number;
  readonly workload: Workload;
}

/** What the self-tests send. */
export interface Workload {
  /** Each way. */
  readonly bulkBytes: number;
  /** Of the control probe. */
  readonly messages: number;
  /** Of the soak probe; undefined: its default. */
  readonly seconds?: number;
}

/** A machine, or the agent on the host. */
export interface TopologyNode {
  readonly name: string;
  readonly guest: GuestRef;
  /** In the order eth0, eth1, ... What runs on the host has no NIC of its own; its entries say whom it can talk to. */
  readonly nics: readonly TopologyNic[];
  /** Default: the kind's own. */
  readonly memoryMib?: number;
  /** A hardware source of entropy. */
  readonly hasRng: boolean;
  /** Its init is told what to do on its console. */
  readonly takesOrders?: boolean;
  /** Consoles beside the main one that are read while it lives. */
  readonly consoles?: readonly string[];
  /** Replaces the topology's. */
  readonly keyLog?: boolean;
  /** How many lies the harness's own peer tells. */
  readonly lies?: number | "all";
  /** Which cases of the suite for every implementation are played. */
  readonly cases?: "quick" | "all";
  readonly processes: readonly TopologyProcess[];
}

export interface TopologyNic {
  /** Name of the network that it is plugged into. */
  readonly network: string;
  readonly namespace: GuestNamespace;
  readonly mtuBytes?: number;
  readonly advmssBytes?: number;
}

export interface TopologyNetwork {
  readonly name: string;
  readonly kind: NetworkKind;
}

export type NetworkKind =
  /** QEMU's hub inside one machine. */
  | "hub"
  /** QEMU's user networking: one machine and the host. */
  | "user"
  /** A wire of QEMU's between two machines. */
  | "vm-to-vm"
  /** Our switch, with faults per directed link. */
  | "fabric";

/** Between two networks of kind `fabric`; the words are RFC 4787's. */
export interface TopologyGateway {
  readonly name: string;
  /** Networks. */
  readonly inside: string;
  readonly outside: string;
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  readonly udpTimeoutMs: number;
}

export interface TopologyLink {
  /** Node (`a`), NIC (`a.0`) or `*`. */
  readonly from: string;
  readonly to: string;
  readonly spec: LinkSpec;
}

export type TopologyProcess = DaemonProcess | SelftestProcess;

interface AgentProcess {
  readonly namespace: GuestNamespace;
  readonly mode: TransportMode;
  readonly udpSecEnabled: boolean;
  readonly entropyPolicy: EntropyPolicy;
}

export interface DaemonProcess extends AgentProcess {
  readonly kind: "dsoftbusd";
  readonly allowUnknownPeers: boolean;
  /** Nodes whose daemon this one keeps a session to. */
  readonly dials: readonly string[];
}

export interface SelftestProcess extends AgentProcess {
  readonly kind: "selftest";
  /** Node whose daemon is probed. */
  readonly target: string;
  /** One after the other. */
  readonly probes: readonly ProbeName[];
}
