import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Gateway } from "../../fabric/gateway/gateway.ts";
import { gatewayNote } from "../../fabric/gateway/gateway-record.ts";
import { arp } from "../../fabric/gateway/gateway-bench.fixture.ts";
import { echo, frame, GATEWAY_PLAN, HOSTS, icmp, packet, tcp, udp } from "../../fabric/gateway/gateway.fixture.ts";
import type { Leg } from "../../fabric/gateway/gateway-plan.ts";
import { enhancedPacket, interfaceDescription, journalEntry, sectionHeader } from "../../capture/pcapng-blocks.ts";
import { readCapture } from "../../capture/read-capture.ts";
import { writeFileSync } from "node:fs";
import { sceneOf } from "../scene/scene.ts";
import type { EvidenceInput } from "../scene/evidence-input.ts";
import type { PlannedGateway, Wire } from "../scene/wire-plan.ts";
import { gatewayAsPlanned } from "./gateway-as-planned.ts";

const { a: A, b: B, c: C } = HOSTS;
const { inside, outside } = GATEWAY_PLAN.legs;
const MACS: Readonly<Record<string, string>> = {
  [A]: "52:54:00:24:01:00",
  [B]: "52:54:00:24:02:00",
  [C]: "52:54:00:24:03:00",
};
const START_US = 1_700_000_000_000_000;
type Plan = Pick<PlannedGateway, "mapping" | "filtering"> & { readonly udpTimeoutMs?: number };

let folder = "";
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "legs-"))));
afterEach(async () => await rm(folder, { recursive: true }));

interface Happening {
  readonly leg: Leg;
  readonly frame: Buffer;
  readonly afterMs?: number;
  /** The gateway forgets before. */
  readonly forget?: boolean;
  /** Instead of the frame: its sender's kernel says that a port is closed, about the last that came there. */
  readonly refuses?: boolean;
}

type Tamper = (leg: Leg, sent: Buffer, at: number) => readonly Buffer[];

/** A gateway among its neighbours, and what its legs saw. @param tamper what it does instead of sending a frame @param follows another plan than it is judged by */
async function judged(
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
  const path = join(folder, "legs.pcapng");
  writeFileSync(path, Buffer.concat(blocks));
  const station = (ip: string) => ({ ip, mac: MACS[ip] ?? "", tap: "x" });
  const legStation = (leg: Leg) => ({ ip: GATEWAY_PLAN.legs[leg].address, mac: GATEWAY_PLAN.legs[leg].mac, tap: "gw" });
  const wire = (leg: Leg, ips: readonly string[]): Wire => ({
    ...{ stations: [...ips.map(station), legStation(leg)], listeners: [], gateProbes: 0 },
  });
  const planned: PlannedGateway = {
    inside: { tap: "gw.0", mac: inside.mac, ip: inside.address, wire: wire("inside", [A]) },
    outside: { tap: "gw.1", mac: outside.mac, ip: outside.address, wire: wire("outside", [B, C]) },
    ...full,
  };
  const input = { wire: { wires: {}, gateway: planned }, sessionPort: 1, keys: [] } as unknown as EvidenceInput;
  const scene = sceneOf(input, [{ source: { node: "fabric", nic: 0, path }, file: await readCapture(path) }]);
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
const out = (port: number, to: string = B, data = "out"): Happening => ({
  leg: "inside",
  frame: frame(packet({ from: A, to, payload: udp(port, 37_024, data) }), 0),
});
const back = (port: number, from: string = B, to: string = A, data = "in"): Happening => ({
  leg: "outside",
  frame: frame(packet({ from, to, payload: udp(37_024, port, data) }), 1),
});
const ROUTER = { mapping: "none", filtering: "none" } as const;
const FIREWALL = { mapping: "none", filtering: "endpoint-dependent" } as const;
const NAT = { mapping: "endpoint-independent", filtering: "endpoint-dependent" } as const;

describe("an honest gateway", () => {
  test("that routes", async () => {
    const old = { leg: "inside", frame: frame(packet({ from: A, to: B, ttl: 1, payload: udp(1, 2) }), 0) } as const;
    expect(await judged(ROUTER, [out(1), out(1), back(1), old])).toBe(
      "confirmed: 2 packets outward and 1 inward, each one hop older, 1 too old",
    );
  });

  test("that keeps out who wasn't asked, and whose hole shuts", async () => {
    expect(await judged(FIREWALL, [back(1), out(1), back(1), back(1, C), { ...back(1), afterMs: 30_001 }])).toBe(
      "confirmed: 1 packets outward and 1 inward, each one hop older, 3 kept out; 1 mapping, 1 expired, 0 forgotten",
    );
  });

  test("that translates, and forgets", async () => {
    expect(await judged(NAT, [out(1), out(1, C), { ...out(1), forget: true }])).toBe(
      "confirmed: 3 packets outward and 0 inward, each one hop older; 2 mappings, 0 expired, 1 forgotten",
    );
  });

  test("whatever comes, and however it is set", async () => {
    const dependence = fc.constantFrom<PlannedGateway["mapping"]>("none", "endpoint-independent", "endpoint-dependent");
    const port = fc.integer({ min: 1, max: 3 });
    const peer = fc.constantFrom(B, C);
    const happening = fc.oneof(
      fc.record({ kind: fc.constant("out"), port, peer, afterMs: fc.constantFrom(1, 2, 400) }),
      fc.record({ kind: fc.constant("in"), port, peer, afterMs: fc.constantFrom(1, 2, 400) }),
      fc.record({ kind: fc.constant("ping"), port, peer, afterMs: fc.constant(1) }),
      fc.record({ kind: fc.constant("refusal"), port, peer, afterMs: fc.constant(1) }),
      fc.record({ kind: fc.constant("refusal inside"), port, peer, afterMs: fc.constant(1) }),
      fc.record({ kind: fc.constant("syn"), port, peer, afterMs: fc.constant(1) }),
      fc.record({ kind: fc.constant("forget"), port, peer, afterMs: fc.constant(1) }),
    );
    const asFrame = (each: { kind: string; port: number; peer: string; afterMs: number }): Happening => {
      const { kind, afterMs } = each;
      const inner = (protocol: number, payload: Buffer): Happening => ({
        ...{ leg: "inside", afterMs },
        frame: frame(packet({ from: A, to: each.peer, protocol, payload }), 0),
      });
      if (kind === "refusal") return { ...back(each.port, each.peer), afterMs, refuses: true };
      if (kind === "refusal inside") return { ...out(each.port, each.peer), afterMs, refuses: true };
      if (kind === "in") return { ...back(each.port, each.peer), afterMs };
      if (kind === "ping") return inner(1, echo(8, each.port));
      if (kind === "syn") return inner(6, tcp(each.port, 37_024, 2));
      return { ...out(each.port, each.peer), afterMs, forget: kind === "forget" };
    };
    await fc.assert(
      fc.asyncProperty(
        dependence,
        dependence,
        fc.array(happening, { minLength: 1, maxLength: 12 }),
        async (mapping, filtering, all) => {
          const saw = await judged({ mapping, filtering, udpTimeoutMs: 300 }, [out(9), ...all.map(asFrame)]);
          expect(saw).toMatch(/^confirmed: /);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a gateway that does something else is told", () => {
  const rewritten =
    (edit: (bytes: Buffer) => void): Tamper =>
    (_, sent) => {
      const bytes = Buffer.from(sent);
      if (bytes.readUInt16BE(12) === 0x0800) edit(bytes);
      return [bytes];
    };
  const NOTHING_BECOMES = /^contradicted: .*nothing that came becomes that/;

  test.each<[string, Plan, readonly Happening[], Tamper, RegExp]>([
    ["that ages nothing", ROUTER, [out(1)], rewritten((bytes) => bytes.writeUInt8(64, 22)), NOTHING_BECOMES],
    [
      "that swallows",
      ROUTER,
      [out(1), out(2)],
      (_, sent, at) => (at === 4 ? [] : [sent]),
      /came inside, and never left/,
    ],
    ["that sends twice", ROUTER, [out(1)], (_, sent, at) => (at === 3 ? [sent, sent] : [sent]), NOTHING_BECOMES],
    ["that changes data", NAT, [out(1)], rewritten((bytes) => bytes.writeUInt8(0, bytes.length - 1)), NOTHING_BECOMES],
    ["that takes another port", NAT, [out(1)], rewritten((bytes) => bytes.writeUInt16BE(9, 34)), NOTHING_BECOMES],
    ["that mends no sum", NAT, [out(1)], rewritten((bytes) => bytes.writeUInt16BE(1, 40)), NOTHING_BECOMES],
    [
      "that sends to somebody else",
      ROUTER,
      [out(1)],
      rewritten((bytes) => bytes.write("525400240300", "hex")),
      /a packet to 52:54:00:24:03:00/,
    ],
    [
      "that speaks as another",
      ROUTER,
      [out(1)],
      rewritten((bytes) => bytes.writeUInt8(9, 11)),
      /not the leg's address/,
    ],
  ])("%s", async (_, plan, happenings, tamper, expected) => {
    expect(await judged(plan, happenings, tamper)).toMatch(expected);
  });

  test("that lets in whom its plan keeps out, and keeps out whom it lets in", async () => {
    const open = { ...NAT, filtering: "endpoint-independent" } as const;
    const port = 60_000;
    // Judged by another plan than it follows.
    const played = async (follows: Plan, plan: Plan): Promise<string> => {
      const seen: Buffer[] = [];
      await judged(follows, [out(1)], (leg, sent) => (leg === "outside" && seen.push(sent), [sent]));
      const mapped = seen.at(-1)?.readUInt16BE(34) ?? port;
      return await judgedAs(follows, plan, [out(1), back(mapped, C, outside.address)]);
    };
    expect(await played(open, NAT)).toMatch(NOTHING_BECOMES);
    expect(await played(NAT, open)).toMatch(/came outside, and never left/);
  });

  test("that forgets before its time, or remembers longer", async () => {
    const early = { ...NAT, udpTimeoutMs: 300 };
    const late = { ...NAT, udpTimeoutMs: 30_000 };
    const idle = [out(1), { ...out(1), afterMs: 1_000 }];
    expect(await judgedAs(early, late, idle)).toMatch(/expired 1\.0 s after its last packet/);
    expect(await judgedAs(late, early, idle)).toMatch(/is used 1\.0 s after its last packet/);
  });

  test("and one through which nothing went confirms nothing", async () => {
    expect(await judged(ROUTER, [])).toBe("contradicted: nothing passed the gateway");
  });

  /** @param follows what it does @param plan what it is judged by */
  async function judgedAs(follows: Plan, plan: Plan, happenings: readonly Happening[]): Promise<string> {
    return await judged(plan, happenings, undefined, follows);
  }
});
