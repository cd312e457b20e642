/** Rules about what became of a gateway's mappings, on small scenes of the switch's. */
import { describe, expect, test } from "vitest";
import type { Direction } from "../../capture/captured-frame.ts";
import { headerOf } from "../../observer/wire/udp-header.ts";
import { CLOSE, DATA, MSG1 } from "../scene/decode/udp-sec-header.ts";
import type { TimedMapping } from "../scene/inside-sockets.ts";
import type { Scene } from "../scene/scene.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import type { SeenPacket, UdpSession } from "../scene/udp-session.ts";
import { endedByLiveness } from "./ended-by-liveness.ts";
import { gatewayForgot } from "./gateway-forgot.ts";
import type { Rule } from "./rule.ts";
import { sessionOutlivedMapping } from "./session-outlived-mapping.ts";
import { strangersKeptOut } from "./strangers-kept-out.ts";

const A = "10.24.0.1:40000";
const B = "10.24.1.1:37024";
const SECOND_US = 1_000_000;
const BODY_BYTES = 64;

const judged = (rule: Rule, scene: object): string => {
  const { finding, saw } = rule.judge(
    { input: {}, mappings: [], legs: [], taps: [], udp: { sessions: [] }, ...scene } as unknown as Scene,
    1,
  );
  return `${finding}: ${saw}`;
};

/** Known to be the switch's by its directions. */
const tapOf = (name: string, frames: readonly TappedFrame[] = []): Tap => {
  const direction: Direction = "sent";
  const seen = { captured: { direction, timeUs: 0, bytes: Buffer.alloc(0) }, direction, packet: undefined };
  return { name, node: name.slice(0, 1), nic: 0, frames: [...frames, seen] } as unknown as Tap;
};
const TAPS = { [A]: tapOf("a.0"), [B]: tapOf("b.0") };

const note = (
  kind: TimedMapping["kind"],
  atS: number,
  outside: string,
  more: Partial<TimedMapping> = {},
): TimedMapping => ({
  ...{ kind, gateway: "gw", transport: "udp", inside: A, outside, remote: undefined, timeUs: atS * SECOND_US, ...more },
});

/** Delivered at the far end at that second. */
const packet = (from: string, atS: number, type: number = DATA): SeenPacket => {
  const to = from === A ? B : A;
  const header = { type, packetNumber: Math.round(atS * 1_000), sessionId: "s", body: Buffer.alloc(64) };
  const seen = { tap: TAPS[to], direction: "received", from, to, header, datagramBytes: 100, timeUs: atS * SECOND_US };
  return seen as unknown as SeenPacket;
};

const session = (id: string, ...packets: readonly SeenPacket[]): UdpSession => ({
  ...{ id, msg1: [], packets, hasKey: false, open: () => undefined },
  isFromInitiator: ({ from }: SeenPacket) => from === A,
});
const both = (...times: readonly number[]): SeenPacket[] =>
  times.flatMap((atS) => [packet(A, atS), packet(B, atS + 0.1)]);

describe("a gateway that forgot", () => {
  const MAPPINGS = [note("mapped", 1, "x:1"), note("forgotten", 10, "x:1"), note("mapped", 11, "x:2")];
  const told = (mappings: readonly TimedMapping[], ...sessions: readonly UdpSession[]): string =>
    judged(gatewayForgot, { mappings, udp: { sessions }, input: { forgets: 1 } });

  test("ends a session and leaves the way to the next", () => {
    const saw = told(MAPPINGS, session("old", ...both(2, 9), packet(A, 12)), session("new", ...both(30)));
    expect(saw).toBe(
      `confirmed: ${A} came out as x:1, then as x:2; session old heard nothing more, and session new stood 20.00 s later`,
    );
  });

  test.each<[string, string, RegExp]>([
    [
      "did not",
      told([note("mapped", 1, "x:1")], session("old", ...both(2))),
      /^contradicted: 0 mappings of UDP forgotten/,
    ],
    [
      "and came out by the same name",
      told([...MAPPINGS.slice(0, 2), note("mapped", 11, "x:1")], session("old", ...both(2))),
      /under another name/,
    ],
    [
      "and whose session went on",
      told(MAPPINGS, session("old", ...both(2, 20))),
      /session old went on hearing its peer/,
    ],
    ["and nobody dialled again", told(MAPPINGS, session("old", ...both(2))), /nobody dialled again with success/],
    ["while nobody talked", told(MAPPINGS, session("new", ...both(30))), /no session was going on/],
  ])("%s: that is told", (_, saw, expected) => {
    expect(saw).toMatch(expected);
  });

  test("as often as it was asked to", () => {
    const saw = judged(gatewayForgot, { mappings: MAPPINGS, input: { forgets: 2 } });
    expect(saw).toBe("contradicted: 1 mapping of UDP forgotten");
  });
});

describe("who was cut off when a gateway forgot", () => {
  /** At the switch's tap of the machine inside, in sessions told apart by the initiator's half. */
  const seen = (direction: Direction, atS: number, type: number, half = 1): TappedFrame => {
    const header = headerOf({ typ: type, low: half, high: 9, pn: 1 }, BODY_BYTES);
    const payload = Buffer.concat([header, Buffer.alloc(BODY_BYTES)]);
    const [own, other] = [
      { source: "10.24.0.1", sourcePort: 40_000 },
      { source: "10.24.1.1", sourcePort: 37_024 },
    ];
    const { source, sourcePort } = direction === "sent" ? own : other;
    const destinationPort = direction === "sent" ? 37_024 : 40_000;
    const transport = { kind: "udp", sourcePort, destinationPort, payloadLength: payload.length, payload };
    const captured = { direction, timeUs: atS * SECOND_US, bytes: Buffer.alloc(0) };
    return { captured, direction, packet: { ip: { source, transport } } } as unknown as TappedFrame;
  };
  const FORGOTTEN = [note("forgotten", 10, "x:1")];
  const told = (mappings: readonly TimedMapping[], ...frames: readonly TappedFrame[]): string =>
    judged(endedByLiveness, { mappings, taps: [tapOf("a.0", frames)], input: { sessionPort: 37_024, keys: [] } });
  const BEFORE = [seen("sent", 9, DATA), seen("received", 9.5, DATA)];
  const LATER = [seen("sent", 21, DATA, 2), seen("received", 22, DATA, 2), seen("sent", 40, DATA, 2)];

  test("asked for a while, gave up and was silent, whatever the next session did", () => {
    expect(told(FORGOTTEN, ...BEFORE, seen("sent", 12, DATA), seen("sent", 18.5, CLOSE), ...LATER)).toBe(
      "confirmed: a.0: 2 DATA packets until the peer behind the gateway fell silent, then 2 packets for 9.00 s, the last a CLOSE",
    );
  });

  test.each<[string, string, RegExp]>([
    ["gave up at once", told(FORGOTTEN, ...BEFORE, seen("sent", 10, CLOSE), ...LATER), /^contradicted: .*for 0\.50 s/],
    ["never gave up", told(FORGOTTEN, ...BEFORE, seen("sent", 60, DATA), ...LATER), /^contradicted: .*for 50\.50 s/],
    ["said nothing", told(FORGOTTEN, ...BEFORE, ...LATER), /nothing was sent after/],
    ["had no session", told(FORGOTTEN, ...LATER), /no session was going on when the gateway forgot/],
    ["was not cut off", told([], ...BEFORE), /no machine was killed, and no gateway forgot/],
  ])("who %s is told", (_, saw, expected) => {
    expect(saw).toMatch(expected);
  });
});

describe("a session over a hole that shuts", () => {
  const MAPPINGS = [note("mapped", 1, A), note("expired", 5, A), note("mapped", 5, A)];

  test("goes on", () => {
    const sessions = [session("s", ...both(2, 6))];
    expect(judged(sessionOutlivedMapping, { mappings: MAPPINGS, udp: { sessions } })).toBe(
      "confirmed: 1 mapping expired; session s went on after 1",
    );
  });

  test.each<[string, readonly TimedMapping[], readonly SeenPacket[]]>([
    ["no hole shut", MAPPINGS.slice(0, 1), both(2, 6)],
    ["it was never opened again", MAPPINGS.slice(0, 2), both(2, 6)],
    ["nobody answered after it", MAPPINGS, [...both(2), packet(A, 6)]],
    ["it began only then", MAPPINGS, both(6)],
  ])("did not, where %s", (_, mappings, packets) => {
    const sessions = [session("s", ...packets)];
    expect(judged(sessionOutlivedMapping, { mappings, udp: { sessions } })).toMatch(/^contradicted/);
  });
});

describe("strangers outside", () => {
  const station = (ip: string, tap: string) => ({ ip, mac: ip, tap });
  const gateway = {
    inside: { mac: "m0", wire: { stations: [station("10.24.0.1", "a.0")] } },
    outside: { mac: "10.24.1.254", wire: { stations: [station("10.24.1.2", "c.0"), station("10.24.1.254", "gw.1")] } },
  };
  const dial = (source: string): TappedFrame => {
    const payload = Buffer.alloc(1_200);
    payload.set([1, MSG1]);
    payload.writeUInt16LE(1_174, 24);
    const transport = { kind: "udp", sourcePort: 1, destinationPort: 37_024, payloadLength: 1_200, payload };
    const direction: Direction = "received";
    const captured = { direction, timeUs: 0, bytes: Buffer.alloc(0) };
    return { captured, direction, packet: { ip: { source, transport } } } as unknown as TappedFrame;
  };
  const told = (outside: readonly TappedFrame[], inside: readonly TappedFrame[]): string =>
    judged(strangersKeptOut, {
      ...{ legs: [tapOf("gw.0"), tapOf("gw.1", outside)], taps: [tapOf("a.0", inside)], input: { wire: { gateway } } },
    });

  test("are kept out, where they tried and nothing of theirs came in", () => {
    expect(told([dial("10.24.1.2")], [])).toBe("confirmed: 1 MSG1 from outside, 0 of them inside");
    expect(told([dial("10.24.1.2")], [dial("10.24.1.2")])).toMatch(
      /^contradicted: 1 MSG1 from outside, 1 of them inside/,
    );
    expect(told([], [])).toBe("contradicted: nobody outside dialled");
  });
});
