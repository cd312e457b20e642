/** A gateway on a bench: packets in at a leg, read as they leave. */
import { frame, GATEWAY_PLAN, HOSTS, packet, readPacket, udp, type ReadPacket } from "./gateway.fixture.ts";
import type { GatewayPlan, Leg } from "./gateway-plan.ts";
import type { GatewayRecord } from "./gateway-record.ts";
import { Gateway } from "./gateway.ts";
import type { GatewayReplay } from "./mapping-table.ts";

const { a: A, b: B, c: C } = HOSTS;
const OUTSIDE = GATEWAY_PLAN.legs.outside.address;
export const SERVICE_PORT = 37_024;
export const ROUTER = { mapping: "none", filtering: "none" } as const;

/** @param operation 1 asks, 2 answers */
export function arp(operation: number, ip: string, target: string, mac = "525400240100"): Buffer {
  const octets = (address: string): Buffer => Buffer.from(address.split(".").map(Number));
  const body = [Buffer.from(`000108000604000${operation}${mac}`, "hex"), octets(ip), Buffer.alloc(6), octets(target)];
  return Buffer.concat([Buffer.from(`ffffffffffff${mac}0806`, "hex"), ...body]);
}

/** A gateway whose neighbours are known, and who talks through it. */
export class GatewayBench {
  readonly records: GatewayRecord[] = [];
  readonly gateway: Gateway;
  nowMs = 0;

  constructor(plan: Partial<GatewayPlan> = {}, seed = 7, replay?: GatewayReplay) {
    const onRecord = (record: GatewayRecord): void => void this.records.push(record);
    this.gateway = new Gateway({ plan: { ...GATEWAY_PLAN, ...plan }, seed, replay, onRecord });
    for (const [leg, ip] of [
      ["inside", A],
      ["outside", B],
      ["outside", C],
    ] as const) {
      const { address } = GATEWAY_PLAN.legs[leg];
      this.gateway.receive(leg, arp(1, ip, address), 0);
    }
  }

  /** @returns what left, by leg */
  send(leg: Leg, bytes: Buffer): (ReadPacket & { readonly leg: Leg })[] {
    const sent = this.gateway.receive(leg, frame(bytes, leg === "inside" ? 0 : 1), this.nowMs);
    return sent.map(({ leg: left, frame: out }) => ({ leg: left, ...readPacket(out.subarray(14)) }));
  }

  out(sourcePort: number, to: string = B, port = SERVICE_PORT) {
    return this.send("inside", packet({ from: A, to, payload: udp(sourcePort, port) }));
  }

  in(port: number, from: string = B, sourcePort = SERVICE_PORT, to = OUTSIDE) {
    return this.send("outside", packet({ from, to, payload: udp(sourcePort, port) }));
  }

  /** @returns the port outside */
  map(sourcePort: number, to: string = B, port = SERVICE_PORT): number {
    return this.out(sourcePort, to, port)[0]?.sourcePort ?? 0;
  }
}
