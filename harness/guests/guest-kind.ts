import type { AgentSource } from "../host/agent-bundle.ts";
import type { Architecture } from "./architecture.ts";
import type { Capability } from "./capability.ts";
import type { Announce } from "../host/content-cache.ts";
import type { ConsoleOutput } from "./console-output.ts";
import type { GuestTable, TableSource } from "./guest-table.ts";
import type { InitReport } from "./init-report.ts";
import type { MachineShape } from "./machine-shape.ts";
import type { NicPlan, RoutePlan } from "./network-plan.ts";

/**
 * What the harness must know of a kind of guest to run it and to judge it. No code outside the registry decides by a kind's name, nor knows
 * what a kind prints.
 */
export interface GuestCapabilities {
  readonly name: string;
  /** Runs our agent: takes processes and the agent's configuration, and lists devices. */
  readonly runsAgent: boolean;
  /** Sends its events, markers among them, over a second channel beside the console. */
  readonly hasEventPort: boolean;
  /** What its console says, and what that means. */
  readonly console: ConsoleOutput;
  /**
   * Reads what its init wrote over a channel of its own: the kernel's counters and facts of the machine. Without it: there is no such channel.
   *
   * @throws InitReportError on a line that doesn't belong there
   */
  readonly readInitReport?: (text: string) => InitReport;
  /**
   * It has NICs of its own, which networks plug into. Without: it lives in the host's network, and listens on any free port of its
   * loopback.
   */
  readonly hasNics: boolean;
  /** What it can do beside printing. */
  readonly can: ReadonlySet<Capability>;
  /** It boots again after a reset, and all that is read of it can tell one boot from the next. */
  readonly canBeReset: boolean;
  /** It boots again when its guest resets it. Without: that is its end. */
  readonly onReset?: "boot";
  /** Secrets of its sessions stand as lines on this console (docs/distributed/formats.md#secrets). */
  readonly keyLogConsole?: string;
  /** It can be ended at once, as by a power cut. */
  readonly canBeKilled: boolean;
  /** What it takes of the host unless the profile says another size; 0: nothing worth counting. */
  readonly memoryMib: number;
  /** It boots before it says anything: its budgets count from its boot, not from its start. */
  readonly boots: boolean;
  /** When it is over. Default: when it powers itself off. */
  readonly ending?: GuestEnding;
  /** It is the harness's own peer, and tells the lies that its node asks for. */
  readonly tellsLies?: true;
  /** It plays the suite for every implementation: as many cases as its node asks for. Whatever leaves there may break any rule. */
  readonly playsSuite?: true;
  /** What a guest without our agent is told, as it is. */
  readonly fixedConfiguration?: string;
}

/** How a machine comes to its end that fits. */
export interface GuestEnding {
  /**
   * `power-off`: by itself. `last-marker`: the harness ends it when every ladder of the run is complete. `none`: it goes on for ever, and is
   * ended when all others have ended.
   */
  readonly when: "power-off" | "last-marker" | "none";
  /** After the last marker the harness goes on listening for so long: what is forbidden still counts. */
  readonly quietMs: number;
}

/** A guest that boots in a virtual machine. */
export interface MachineGuest extends GuestCapabilities {
  readonly runsOn: "machine";
  /** Of a guest as data: its table. */
  readonly madeOf?: { readonly table: GuestTable; readonly source: TableSource };
  readonly arch: Architecture;
  /** It boots the kernel with which the accelerators are raced. Any other is emulated: nothing shows that hardware runs it. */
  readonly isRaced?: true;
  /** Makes or finds the image. @throws SetupError */
  prepare(context: PrepareContext): Promise<PreparedImage>;
  /** What QEMU needs for one machine of this kind; pure. */
  launch(image: PreparedImage, instance: GuestInstance): GuestLaunch;
}

/** The agent, or a peer of the harness's own, as a process on the host: no machine, no boot, no NIC. */
export interface HostGuest extends GuestCapabilities {
  readonly runsOn: "host";
}

export type GuestKind = MachineGuest | HostGuest;

export interface PrepareContext {
  /** Told each step that does work, one line. */
  readonly announce: Announce;
  /** Another agent than the shipped one; kinds without an agent ignore it. */
  readonly agent?: AgentSource;
  /** Commands that ran already in this batch: variants of one profile are guests of their own, and build the same kernel. */
  readonly prepared?: Set<string>;
}

export interface PreparedImage {
  readonly kernelPath?: string | undefined;
  readonly initrdPath?: string | undefined;
  /** Raw disk images, read-only, in the order vda, vdb, ... */
  readonly drives: readonly string[];
  /** Its hardware, where that is not a plain machine of our own architecture. */
  readonly shape?: MachineShape;
  /** For the summary: what the image was made of. */
  readonly origin: Readonly<Record<string, string>>;
}

/** One machine of one run. */
export interface GuestInstance {
  /** In the order of the machine's NICs. */
  readonly nics: readonly NicPlan[];
  readonly routes?: readonly RoutePlan[];
  /** What the guest's program reads, as it is: JSON for our agent. */
  readonly config: string;
  /** Off unless IPv6 is the subject: router solicitations would only blur the captures. */
  readonly ipv6?: boolean;
  /** Overrides the kind's default. */
  readonly memoryMib?: number;
  /** Its init is told what to do on its console: `control-line.ts`. */
  readonly takesOrders?: boolean;
}

export interface GuestLaunch {
  readonly kernelPath?: string | undefined;
  readonly initrdPath?: string | undefined;
  readonly append?: string | undefined;
  /** Default: a plain machine of x86-64. */
  readonly shape?: MachineShape | undefined;
  readonly drives: readonly string[];
  readonly memoryMib: number;
  /** Of its main console: more ends it. Default: what any channel may hold. */
  readonly maxConsoleBytes?: number | undefined;
  /** Contents by name (`opt/...`). */
  readonly fwCfgFiles: Readonly<Record<string, string>>;
  readonly hasEventPort: boolean;
  readonly hasInitPort: boolean;
}

/** Our processes end on ^C, and a machine with a power button when it is pressed; what others type or press nobody knows. */
export function canBeToldToEnd({ runsAgent, can }: GuestKind): boolean {
  return runsAgent || can.has("power-off");
}
