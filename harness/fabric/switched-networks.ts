/** The networks of one run: a switch for each, since no broadcast leaves its network, and the gateway between two of them. */
import type { DecisionSource } from "../../contract/impairment/index.ts";
import { FrameSwitch, type FramePort, type SwitchOptions, type SwitchStats } from "./frame-switch.ts";
import { LEGS, type GatewayPlan, type Leg } from "./gateway/gateway-plan.ts";
import { gatewayPorts } from "./gateway-ports.ts";
import { isGatewayRecord, type GatewayRecord } from "./gateway/gateway-record.ts";
import { Gateway, type GatewayStats } from "./gateway/gateway.ts";
import type { Replay } from "./link-table.ts";

/** A gateway, and which networks its legs are in. */
export interface GatewaySite {
  readonly plan: GatewayPlan;
  readonly networks: Readonly<Record<Leg, string>>;
}

export interface SwitchedNetworksOptions extends Omit<SwitchOptions, "ports"> {
  /** Each NIC with its network. */
  readonly ports: readonly { readonly port: FramePort; readonly network: string }[];
  readonly gateway?: GatewaySite | undefined;
  readonly seed: number;
  readonly replay?: Replay | undefined;
  readonly onRecord: (record: GatewayRecord) => void;
  readonly note: (text: string) => void;
}

export interface NetworksStats extends SwitchStats {
  readonly gateway?: GatewayStats;
}

export class SwitchedNetworks {
  readonly #gateway: Gateway | undefined;
  readonly #switches = new Map<string, FrameSwitch>();
  readonly #networkOf = new Map<FramePort, string>();
  readonly #nowMs: () => number;

  constructor({ ports, gateway, seed, replay, onRecord, note, ...common }: SwitchedNetworksOptions) {
    this.#nowMs = common.nowMs;
    for (const { port, network } of ports) this.#networkOf.set(port, network);
    if (gateway !== undefined) {
      const { plan } = gateway;
      const records = replay?.records.filter(isGatewayRecord) ?? [];
      this.#gateway = new Gateway({
        ...{ plan, seed, onRecord, replay: replay && { records, unlogged: replay.unlogged } },
        onDrop: (reason, leg) => note(`gateway ${plan.name} dropped: ${reason} (from ${leg})`),
      });
      const { nowMs } = common;
      const forward = (from: FramePort, frame: Buffer): void => this.forward(from, frame);
      const legs = gatewayPorts({ gateway: this.#gateway, names: legNames(plan), nowMs, forward });
      for (const leg of LEGS) this.#networkOf.set(legs[leg], gateway.networks[leg]);
    }
    for (const network of new Set(this.#networkOf.values()))
      this.#switches.set(network, new FrameSwitch({ ...common, ports: this.#portsOf(network) }));
    // Made now, not with the first frame: a fault that makes no sense fails here.
    for (const from of this.#networkOf.keys()) this.#linksFrom(from, common.links);
  }

  get stats(): NetworksStats {
    const all = [...this.#switches.values()].map(({ stats }) => stats);
    const dropped: Record<string, number> = {};
    for (const stats of all)
      for (const [reason, times] of Object.entries(stats.dropped)) dropped[reason] = (dropped[reason] ?? 0) + times;
    const sum = (what: "frames" | "delivered"): number => all.reduce((total, stats) => total + stats[what], 0);
    const gateway = this.#gateway === undefined ? {} : { gateway: this.#gateway.stats };
    return { frames: sum("frames"), delivered: sum("delivered"), dropped, ...gateway };
  }

  forward(from: FramePort, frame: Buffer): void {
    this.#switches.get(this.#networkOf.get(from) ?? "")?.forward(from, frame);
  }

  /** @returns how many mappings the gateway forgot; undefined: there is none */
  forget(): number | undefined {
    return this.#gateway?.forget(this.#nowMs());
  }

  #portsOf(network: string): FramePort[] {
    return [...this.#networkOf].flatMap(([port, its]) => (its === network ? port : []));
  }

  #linksFrom(from: FramePort, links: { link(from: string, to: string): DecisionSource }): void {
    for (const to of this.#portsOf(this.#networkOf.get(from) ?? "")) if (to !== from) links.link(from.name, to.name);
  }
}

/** @returns how captures and links name a gateway's legs */
export function legNames({ name }: Pick<GatewayPlan, "name">): Readonly<Record<Leg, string>> {
  return { inside: `${name}.0`, outside: `${name}.1` };
}
