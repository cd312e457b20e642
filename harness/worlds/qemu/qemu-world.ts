import { join } from "node:path";
import { freePort } from "../../host/free-port.ts";
import { makeSocketFolder, removeSocketFolder } from "../../host/socket-folder.ts";
import type { GuestKind } from "../../guests/guest-kind.ts";
import type { NodeNeeds, Plan } from "../../topology/plan.ts";
import type { FinishedRun } from "../live/finished-run.ts";
import { DOOR_LINK_SUFFIX } from "../live/door/door-words.ts";
import { machineLaunch, peerLaunch, type LaunchMeans, type PlannedNode } from "../live/launch.ts";
import { LiveNode, type NodeStarters } from "../live/live-node.ts";
import { RunNetwork, type BootNetwork, type StartNetwork } from "../live/run-network.ts";
import type { LiveOptions, LiveRun, World } from "../live/world.ts";

/** What machines are made of. */
export interface MachineMeans {
  /** By kind of guest: two that bear the same name, in two profiles, are two. */
  readonly kinds: ReadonlyMap<GuestKind, LaunchMeans>;
}

/** What starts the parts of a run; tests and recordings give their own. */
export interface WorldStarters extends NodeStarters {
  /** Default: the switch, where the plan has one. */
  readonly startNetwork?: StartNetwork;
}

/** Virtual machines of QEMU, and processes on the host where a kind of guest says so. */
export class QemuWorld implements World {
  readonly #means: MachineMeans;
  readonly #starters: WorldStarters;

  constructor(means: MachineMeans, starters: WorldStarters) {
    this.#means = means;
    this.#starters = starters;
  }

  start(plan: Plan, options: LiveOptions): LiveRun {
    return new QemuRun(plan, options, this.#means, this.#starters);
  }
}

const startSwitch: StartNetwork = (plan, options) => RunNetwork.start(plan, options);

class QemuRun implements LiveRun {
  readonly nodes: LiveNode[] = [];
  network: BootNetwork | undefined;
  readonly started: Promise<void>;
  readonly #plan: Plan;
  readonly #options: LiveOptions;
  readonly #means: MachineMeans;
  readonly #starters: WorldStarters;
  /** Ports of daemons on the host, once they listen. */
  readonly #ports = new Map<string, number>();
  readonly #over = new AbortController();
  readonly #givenUp: Promise<undefined>;
  #sockets: string | undefined;
  #ending: Promise<FinishedRun> | undefined;

  constructor(plan: Plan, options: LiveOptions, means: MachineMeans, starters: WorldStarters) {
    this.#plan = plan;
    this.#options = options;
    this.#means = means;
    this.#starters = starters;
    this.#givenUp = new Promise((resolve) => {
      this.#over.signal.addEventListener("abort", () => resolve(undefined));
    });
    this.started = this.#start();
    // `end` waits for it too: nobody else has to.
    this.started.catch(() => undefined);
  }

  giveUpStart(): void {
    this.#over.abort();
  }

  end(): Promise<FinishedRun> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** First the network, then peers on the host, whose ports the machines must know, then the machines, all at once. */
  async #start(): Promise<void> {
    const { artifactsFolder, keepsEvidence, waitsForGdb = false } = this.#options;
    this.#sockets = await makeSocketFolder();
    const { startNetwork } = this.#starters;
    this.network = await (startNetwork ?? startSwitch)(this.#plan, this.#options);
    const on = (where: "host" | "machine"): NodeNeeds[] => this.#plan.nodes.filter(({ kind }) => kind.runsOn === where);
    const guestPort = on("host").some(({ liar, suite }) => (liar ?? suite) !== undefined)
      ? await freePort()
      : undefined;
    for (const needs of on("host")) {
      const node = this.#join(peerLaunch(needs, this.#ports, guestPort));
      await node.start(this.#starters, artifactsFolder, this.#over.signal);
      const port = await Promise.race([node.listeningPort, this.#givenUp]);
      // It ended instead, or the run did: the listener knows why.
      if (port === undefined) return;
      this.#ports.set(needs.node.name, port);
    }
    const surroundings = {
      socketFolder: this.#sockets,
      fabricSocket: this.network.socketPath,
      ports: this.#ports,
      guestPort,
      capturesNics: keepsEvidence,
      waitsForGdb,
    };
    const machines = on("machine").map((needs) => {
      const made = this.#means.kinds.get(needs.kind);
      if (made === undefined) throw new RangeError(`no equipment for guest ${needs.kind.name}`);
      return this.#join(machineLaunch(needs, made, surroundings));
    });
    const sockets = this.#sockets;
    await Promise.all(
      machines.map((node) =>
        node.openDoor({
          socketPath: join(sockets, `attach-${node.name}`),
          linkPath: join(artifactsFolder, `${node.name}${DOOR_LINK_SUFFIX}`),
        }),
      ),
    );
    // All of them, even if one can't start: what starts later must not outlive the run.
    const outcomes = await Promise.allSettled(
      machines.map((node) => node.start(this.#starters, artifactsFolder, this.#over.signal)),
    );
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #join(planned: PlannedNode): LiveNode {
    const { listener, clock, keepsEvidence } = this.#options;
    const node = new LiveNode(planned, listener, clock, keepsEvidence);
    this.nodes.push(node);
    listener.joined(node);
    return node;
  }

  async #end(): Promise<FinishedRun> {
    this.giveUpStart();
    await this.started.catch(() => undefined);
    for (const node of this.nodes) node.endingByUs();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.network?.stop();
    if (this.#sockets !== undefined) removeSocketFolder(this.#sockets);
    return {
      nodes: this.nodes.map((node) => node.finished()),
      ports: this.#ports,
      fabricCapture: this.network?.capturePath,
      fabric: this.network?.stats,
      endedMs: this.#options.clock.nowMs(),
    };
  }
}
