import type { GuestInstance, MachineGuest, PreparedImage } from "../../guests/guest-kind.ts";
import type { Accelerator, HostForward, MachineNetwork, MachineSpec } from "../../qemu/machine-spec.ts";
import { type ListeningPorts, SESSION_PORT } from "../../topology/addressing.ts";
import type { NodeNeeds, PlugPlan } from "../../topology/plan.ts";

/** One machine of a run, ready to start. */
export interface PlannedMachine {
  readonly kind: "machine";
  readonly plan: NodeNeeds;
  readonly spec: MachineSpec;
  /** What the guest's program is told. */
  readonly configuration: string;
}

/** The bundled agent as a process on the host: a peer that the machine reaches through user networking. */
export interface PlannedPeer {
  readonly kind: "host-peer";
  readonly plan: NodeNeeds;
  /** JSON. */
  readonly configuration: string;
  /** JSON: it is the harness's own peer, and this is what it is told instead. */
  readonly liar?: string;
  /** JSON: it is the suite for every implementation, and this is what it is told instead. */
  readonly suite?: string;
}

export type PlannedNode = PlannedMachine | PlannedPeer;

/** What exists already when a machine is made ready. */
export interface LaunchSurroundings {
  /** Folder with a short path, for sockets between machines. */
  readonly socketFolder: string;
  /** Where the switch listens for this NIC; asked for on the fabric only. */
  readonly fabricSocket: (node: string, nic: number) => string;
  readonly ports: ListeningPorts;
  /** Of the host's loopback, leads to the daemon of a machine on user networking; undefined: nobody dials it from there. */
  readonly guestPort?: number | undefined;
  /** What passes the NICs is written into files. */
  readonly capturesNics: boolean;
  /** Machines wait for a debugger. */
  readonly waitsForGdb?: boolean;
}

/** A kind of guest with its image, and what runs it. */
export interface LaunchMeans {
  readonly kind: MachineGuest;
  readonly image: PreparedImage;
  readonly accelerator: Accelerator;
}

/** @returns what QEMU is asked for; pure */
export function machineLaunch(plan: NodeNeeds, means: LaunchMeans, surroundings: LaunchSurroundings): PlannedMachine {
  const { node, addresses } = plan;
  const configuration = plan.configuration(surroundings.ports);
  const instance: GuestInstance = {
    nics: addresses.nics,
    routes: addresses.routes,
    config: configuration,
    ...(node.takesOrders === true ? { takesOrders: true } : {}),
    ...(node.memoryMib === undefined ? {} : { memoryMib: node.memoryMib }),
  };
  const spec: MachineSpec = {
    name: node.name,
    guest: means.kind.launch(means.image, instance),
    networks: plan.plugs.map((plug) => machineNetwork(node.name, plug, surroundings)),
    hasRng: node.hasRng,
    capturesNics: surroundings.capturesNics,
    ...(surroundings.waitsForGdb === true ? { waitsForGdb: true } : {}),
    accelerator: means.accelerator,
  };
  return { kind: "machine", plan, spec, configuration };
}

/** @returns what the process on the host is told; pure */
export function peerLaunch(plan: NodeNeeds, ports: ListeningPorts, guestPort = 0): PlannedPeer {
  const liar = plan.liar === undefined ? {} : { liar: plan.liar(guestPort) };
  const suite = plan.suite === undefined ? {} : { suite: plan.suite(guestPort) };
  return { kind: "host-peer", plan, configuration: plan.configuration(ports), ...liar, ...suite };
}

function forwardsTo(hostPort: number): HostForward[] {
  return (["udp", "tcp"] as const).map((protocol) => ({ protocol, hostPort, guestPort: SESSION_PORT }));
}

function machineNetwork(
  node: string,
  plug: PlugPlan,
  { socketFolder, fabricSocket, guestPort }: LaunchSurroundings,
): MachineNetwork {
  const { kind, macs, nic, others } = plug;
  const [mac = ""] = macs;
  switch (kind) {
    case "hub":
      return { kind: "hub", macs };
    case "user":
      return guestPort === undefined
        ? { kind: "user", mac }
        : { kind: "user", mac, hostForwards: forwardsTo(guestPort) };
    case "vm-to-vm": {
      const [other = "none"] = others;
      return { kind: "dgram", mac, localPath: `${socketFolder}/${node}`, remotePath: `${socketFolder}/${other}` };
    }
    case "fabric":
      return { kind: "stream", mac, path: fabricSocket(node, nic) };
  }
}
