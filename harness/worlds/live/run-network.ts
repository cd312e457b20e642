import { createHash } from "node:crypto";
import { join } from "node:path";
import { startFabric, type Fabric, type FabricStats } from "../../fabric/fabric.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import type { Plan } from "../../topology/plan.ts";
import type { LiveNetwork, LiveOptions } from "./world.ts";

export const FABRIC_CAPTURE = "fabric.pcapng";
export const DECISION_LOG = "decisions.ndjson";

/** A network as who boots needs it. */
export interface BootNetwork extends LiveNetwork {
  /** The switch's capture; undefined without a switch, or if no evidence is kept. */
  readonly capturePath: string | undefined;
  /** What the switch did, once it has stopped. */
  readonly stats: FabricStats | undefined;
  /** Where the switch listens for a NIC. @throws RangeError without a switch */
  readonly socketPath: (node: string, nic: number) => string;
  stop(): Promise<void>;
}

export type StartNetwork = (plan: Plan, options: LiveOptions) => Promise<BootNetwork>;

/** The network of one run beside its machines: the switch, if the profile has one. */
export class RunNetwork implements BootNetwork {
  readonly #fabric: Fabric | undefined;
  readonly capturePath: string | undefined;
  /** What a fault waits for; nothing else needs to be told. */
  readonly #awaited: ReadonlySet<string>;
  #stats: FabricStats | undefined;

  private constructor(fabric?: Fabric, capturePath?: string, awaited: readonly string[] = []) {
    this.#fabric = fabric;
    this.capturePath = capturePath;
    this.#awaited = new Set(awaited);
  }

  /**
   * The listener is told if the capture or the log of decisions can't be written any more.
   * @throws HarnessError `fabric-...`; LinkSpecError for a fault that makes no sense
   */
  static async start(
    { fabric: planned, seed }: Plan,
    { replay, artifactsFolder, keepsEvidence, listener }: LiveOptions,
  ): Promise<RunNetwork> {
    if (planned === undefined) return new RunNetwork();
    const { nics, links, gateway } = planned;
    const awaited = links.flatMap(({ spec }) =>
      (spec.faults ?? []).flatMap(({ during }) => [during?.trigger ?? [], during?.untilTrigger ?? []].flat()),
    );
    const captureFile = keepsEvidence ? join(artifactsFolder, FABRIC_CAPTURE) : undefined;
    const fabric = await startFabric({
      nics,
      gateway,
      links,
      seed: fabricSeed(seed),
      ...(replay === undefined ? {} : { replay }),
      servicePorts: [SESSION_PORT],
      captureFile,
      decisionFile: keepsEvidence ? join(artifactsFolder, DECISION_LOG) : undefined,
      onFailure: (error) => listener.broken(error),
    });
    return new RunNetwork(fabric, captureFile, awaited);
  }

  get stats(): FabricStats | undefined {
    return this.#stats;
  }

  readonly socketPath = (node: string, nic: number): string => {
    if (this.#fabric === undefined) throw new RangeError(`no switch for ${node}.${nic}`);
    return this.#fabric.socketPath(node, nic);
  };

  reached(place: string): void {
    if (this.#awaited.has(place)) this.#fabric?.trigger(place);
  }

  forget(): number | undefined {
    return this.#fabric?.forget();
  }

  note(text: string): void {
    this.#fabric?.note(text);
  }

  async stop(): Promise<void> {
    this.#stats = await this.#fabric?.stop();
  }
}

/** @returns a number that the impairment model takes, the same for the same words */
export function fabricSeed(seed: string): number {
  return createHash("sha256").update(seed).digest().readUIntBE(0, 6);
}
