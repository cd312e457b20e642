import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arp } from "../../fabric/gateway/gateway-bench.fixture.ts";
import { echo, frame, GATEWAY_PLAN, HOSTS, packet, tcp, udp } from "../../fabric/gateway/gateway.fixture.ts";
import { hostilePackets } from "../../fabric/gateway/hostile-frames.fixture.ts";
import type { PlannedDependence } from "../scene/wire-plan.ts";
import { back, judged, LATE, out, type Happening, type Plan, type Tamper } from "./gateway-legs.fixture.ts";

const { a: A, b: B, c: C } = HOSTS;
const { inside, outside } = GATEWAY_PLAN.legs;
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
    const dependence = fc.constantFrom<PlannedDependence>("none", "endpoint-independent", "endpoint-dependent");
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

describe("an honest gateway among guests that are not", () => {
  const dependence = fc.constantFrom<PlannedDependence>("none", "endpoint-independent", "endpoint-dependent");

  test("is believed, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        ...([dependence, dependence, fc.array(hostilePackets, { maxLength: 20 })] as const),
        async (mapping, filtering, hostile) => {
          const plan = { mapping, filtering, udpTimeoutMs: 5_000 };
          const happenings = [out(1), ...hostile, out(2), back(2)];
          expect(await judged(plan, happenings)).toMatch(/^confirmed: /);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("that ping it, or whom it can't lead on", async () => {
    const ping = (to: string): Happening => ({
      leg: "inside",
      frame: frame(packet({ from: A, to, protocol: 1, payload: echo(8, 7) }), 0),
    });
    const happenings = [out(1), ping(inside.address), ping(outside.address), ping("10.24.9.1")];
    for (const plan of [ROUTER, NAT])
      expect(await judged(plan, happenings)).toMatch(/^confirmed: 1 packets outward and 0 inward/);
  });

  test("that wait for one who is not there yet, longer than it keeps what they send", async () => {
    const early = Array.from({ length: 20 }, (_, at) => out(1, LATE, `${at}`));
    const up: Happening = { leg: "outside", frame: arp(2, LATE, outside.address, "525400240400") };
    expect(await judged(ROUTER, [...early, up, out(1, LATE)])).toMatch(/^confirmed: 17 packets outward/);
  });

  test("whom it did not know before they asked", async () => {
    const segment = (flags: number): Happening => ({
      leg: "inside",
      frame: frame(packet({ from: A, to: B, protocol: 6, payload: tcp(1, 2, flags) }), 0),
    });
    expect(await judged(NAT, [segment(0x10), segment(0x02), segment(0x10)])).toMatch(/^confirmed: 2 packets outward/);
  });

  test("all of whom it keeps out", async () => {
    expect(await judged(NAT, [back(1)])).toBe(
      "confirmed: 0 packets outward and 0 inward, each one hop older, 1 kept out",
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
    expect(await judged(ROUTER, [])).toBe("contradicted: nothing came to the gateway");
  });

  /** @param follows what it does @param plan what it is judged by */
  async function judgedAs(follows: Plan, plan: Plan, happenings: readonly Happening[]): Promise<string> {
    return await judged(plan, happenings, undefined, follows);
  }
});
