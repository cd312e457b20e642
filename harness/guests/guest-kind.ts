import type { AgentSource } from "../host/agent-bundle.ts";
import type { Announce } from "../host/content-cache.ts";
import type { NicPlan, RoutePlan } from "./network-plan.ts";

/**
 * All that the harness knows of a guest: how its image is made, how its configuration goes in, what comes out. Our guest and the
 * foreign one are the two implementations.
 */
export interface GuestKind {
  readonly name: string;
  /** Makes or finds the image. @throws SetupError */
  prepare(context: PrepareContext): Promise<PreparedImage>;
  /** What QEMU needs for one machine of this kind; pure. */
  launch(image: PreparedImage, instance: GuestInstance): GuestLaunch;
}

export interface PrepareContext {
  /** Told each step that does work, one line. */
  readonly announce: Announce;
  /** Another agent than the shipped one; kinds without an agent ignore it. */
  readonly agent?: AgentSource;
}

export interface PreparedImage {
  readonly kernelPath: string;
  readonly initrdPath: string;
  /** Raw disk images, read-only, in the order vda, vdb, ... */
  readonly drives: readonly string[];
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
  readonly memoryMiB?: number;
}

export interface GuestLaunch {
  readonly kernelPath: string;
  readonly initrdPath: string;
  readonly append: string;
  readonly drives: readonly string[];
  readonly memoryMiB: number;
  /** Contents by name (`opt/...`). */
  readonly fwCfgFiles: Readonly<Record<string, string>>;
  readonly hasEventPort: boolean;
  readonly hasInitPort: boolean;
}
