/** A gateway between neighbours whose legs are captured, and judged by the rule. */
import { mkdtemp, rm } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arp } from "../../fabric/gateway/gateway-bench.fixture.ts";
import { frame, GATEWAY_PLAN, HOSTS, icmp, packet, udp } from "../../fabric/gateway/gateway.fixture.ts";
import type { Leg } from "../../fabric/gateway/gateway-plan.ts";
import { gatewayNote } from "../../fabric/gateway/gateway-record.ts";
import { Gateway } from "../../fabric/gateway/gateway.ts";
import { enhancedPacket, interfaceDescription, journalEntry, sectionHeader } from "../../capture/pcapng-blocks.ts";
import { readCapture } from "../../capture/read-capture.ts";
import type { EvidenceInput } from "../scene/evidence-input.ts";
import { sceneOf } from "../scene/scene.ts";
import type { PlannedGateway, Wire } from "../scene/wire-plan.ts";
import { gatewayAsPlanned } from "./gateway-as-planned.ts";

const { a: A, b: B, c: C } = HOSTS;
/** Outside, and unknown to the gateway until it speaks. */
export const LATE = "10.24.1.3";
const { inside, outside } = GATEWAY_PLAN.legs;
const MACS: Readonly<Record<string, string>> = {
  [A]: "52:54:00:24:01:00",
  [B]: "52:54:00:24:02:00",
  [C]: "52:54:00:24:03:00",
  [LATE]: "52:54:00:24:04:00",
};
const START_US = 1_700_000_000_000_000;
export type Plan = Pick<PlannedGateway, "mapping" | "filtering"> & { readonly udpTimeoutMs?: number };

export interface Happening {
  readonly leg: Leg;
  readonly frame: Buffer;
  readonly afterMs?: number;
  /** The gateway forgets before. */
  readonly forget?: boolean;
  /** Instead of the frame: its sender's kernel says that a port is closed, about the last that came there. */
  readonly refuses?: boolean;
}

export type Tamper = (leg: Leg, sent: Buffer, at: number) => readonly Buffer[];

/** A gateway among its neighbours, and what its legs saw. @param tamper what it does instead of sending a frame @param follows another plan than it is judged by */
export async function judged(
  plan: Plan,
  happenings: readonly Happening[],
  tamper: Tamper = (_, sent) => [sent],
  follows: Plan = plan,
): Promise<string> {
  const blocks = [sectionHeader("test"), interfaceDescription("gw.0"), interfaceDescription("gw.1")];
  let nowMs = 0;
  const timeUs = (): number => START_US + nowMs * 1_000;
  const full = { udpTimeoutMs: 30_000, ...plan };
  const followed = { udpTimeoutMs: 30_000, ...follows };
  const gateway = new Gateway({
    plan: { ...GATEWAY_PLAN, ...followed },
    seed: 7,
    onRecord: (record) => void blocks.push(journalEntry(timeUs(), gatewayNote(record))),
  });
  let sent = 0;
  const last: Partial<Record<Leg, Buffer>> = {};
  for (const { leg, frame: arrived, afterMs = 1, forget = false, refuses = false } of [...NEIGHBOURS, ...happenings]) {
    nowMs += afterMs;
    if (forget) {
      gateway.forget(nowMs);
      nowMs += 1;
    }
    const came = refuses ? refusalOf(last[leg]) : arrived;
    if (came === undefined) continue;
    blocks.push(enhancedPacket(leg === "inside" ? 0 : 1, timeUs(), came, "received"));
    for (const out of gateway.receive(leg, came, nowMs)) {
      if (out.frame.readUInt16BE(12) === 0x0800) last[out.leg] = out.frame;
      for (const left of tamper(out.leg, out.frame, sent++))
        blocks.push(enhancedPacket(out.leg === "inside" ? 0 : 1, timeUs(), left, "sent"));
    }
  }
  return await judgeCapture(Buffer.concat(blocks), full);
}

async function judgeCapture(bytes: Buffer, plan: Required<Plan>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "legs-"));
  const path = join(folder, "legs.pcapng");
  writeFileSync(path, bytes);
  const station = (ip: string) => ({ ip, mac: MACS[ip] ?? "", tap: "x" });
  const legStation = (leg: Leg) => ({ ip: GATEWAY_PLAN.legs[leg].address, mac: GATEWAY_PLAN.legs[leg].mac, tap: "gw" });
  const wire = (leg: Leg, ips: readonly string[]): Wire => ({
    ...{ stations: [...ips.map(station), legStation(leg)], listeners: [], gateProbes: 0 },
  });
  const planned: PlannedGateway = {
    inside: { tap: "gw.0", mac: inside.mac, ip: inside.address, wire: wire("inside", [A]) },
    outside: { tap: "gw.1", mac: outside.mac, ip: outside.address, wire: wire("outside", [B, C, LATE]) },
    ...plan,
  };
  const input = { wire: { wires: {}, gateway: planned }, sessionPort: 1, keys: [] } as unknown as EvidenceInput;
  const scene = sceneOf(input, [{ source: { node: "fabric", nic: 0, path }, file: await readCapture(path) }]);
  await rm(folder, { recursive: true });
  const { finding, saw } = gatewayAsPlanned.judge(scene, 1);
  return `${finding}: ${saw}`;
}

/** RFC 792: port unreachable, from whom it was for. */
function refusalOf(got: Buffer | undefined): Buffer | undefined {
  if (got === undefined || got.readUInt8(23) === 1) return undefined;
  const [from, to] = [30, 26].map((at) => [...got.subarray(at, at + 4)].join("."));
  const quote = Buffer.concat([Buffer.alloc(4), got.subarray(14)]);
  const bytes = packet({ from: from ?? "", to: to ?? "", protocol: 1, payload: icmp(3, 3, quote) });
  return Buffer.concat([got.subarray(6, 12), got.subarray(0, 6), got.subarray(12, 14), bytes]);
}

const NEIGHBOURS: readonly Happening[] = [
  { leg: "inside", frame: arp(1, A, inside.address, "525400240100") },
  { leg: "outside", frame: arp(1, B, outside.address, "525400240200") },
  { leg: "outside", frame: arp(1, C, outside.address, "525400240300") },
];
export const out = (port: number, to: string = B, data = "out"): Happening => ({
  leg: "inside",
  frame: frame(packet({ from: A, to, payload: udp(port, 37_024, data) }), 0),
});
export const back = (port: number, from: string = B, to: string = A, data = "in"): Happening => ({
  leg: "outside",
  frame: frame(packet({ from, to, payload: udp(37_024, port, data) }), 1),
});
