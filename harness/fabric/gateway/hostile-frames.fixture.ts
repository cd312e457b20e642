/** Frames that no kernel sends: what a broken or hostile guest may put on a gateway's leg. */
import fc from "fast-check";
import { arp } from "./gateway-bench.fixture.ts";
import { echo, frame, GATEWAY_PLAN, HOSTS, icmp, packet, rightSum, tcp, udp } from "./gateway.fixture.ts";
import type { Leg } from "./gateway-plan.ts";

export interface HostileFrame {
  readonly leg: Leg;
  readonly frame: Buffer;
}

const { inside, outside } = GATEWAY_PLAN.legs;
const NOBODY = ["0.0.0.0", "224.0.0.1", "255.255.255.255", "10.24.0.0", "10.24.0.255", "10.24.1.255", "127.0.0.1"];
const OWN = [inside.address, outside.address];
const ERROR_TYPES = [3, 4, 5, 11, 12];

const hosts = fc.constantFrom(...Object.values(HOSTS));
const addresses = fc.oneof(
  { weight: 4, arbitrary: hosts },
  fc.constantFrom(...OWN, ...NOBODY, "10.24.9.1", "10.24.1.77"),
);
const ports = fc.constantFrom(1, 2, 37_024, 49_152, 60_000);
const few = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

const payloads = fc.oneof(
  fc.tuple(ports, ports, few).map(([from, to, data]) => ({ protocol: 17, payload: udp(from, to, data) })),
  fc
    .tuple(ports, ports, fc.constantFrom(0x02, 0x10, 0x12, 0x14, 0xff), few)
    .map(([from, to, flags, data]) => ({ protocol: 6, payload: tcp(from, to, flags, data) })),
  fc
    .tuple(fc.constantFrom<0 | 8>(0, 8), fc.integer({ min: 1, max: 3 }))
    .map(([type, id]) => ({ protocol: 1, payload: echo(type, id) })),
  fc.constantFrom(1, 2, 17, 6, 47).chain((protocol) => few.map((payload) => ({ protocol, payload: atLeast(payload) }))),
);

const plain = fc
  .record({
    ...{ from: addresses, to: addresses, content: payloads },
    ttl: fc.constantFrom(0, 1, 2, 64, 255),
    fragment: fc.constantFrom(0, 0, 0, 0, 0x4000, 0x2000, 0x0010),
    withoutSum: fc.boolean(),
  })
  .map(({ content, ...head }) => packet({ ...head, ...content }));

/** About any packet, one about an error among them, cut anywhere. */
const errors = fc
  .record({
    ...{ from: addresses, to: addresses, about: plain, type: fc.constantFrom(...ERROR_TYPES) },
    quoted: fc.constantFrom(0, 1, 8, 20, 27, 28, 36, 60),
    deeper: fc.boolean(),
  })
  .map(({ from, to, about, type, quoted, deeper }) => {
    const message = (bytes: Buffer): Buffer =>
      icmp(type, 0, Buffer.concat([Buffer.alloc(4), bytes.subarray(0, quoted)]));
    const payload = message(deeper ? packet({ from: to, to: from, protocol: 1, payload: message(about) }) : about);
    return packet({ from, to, protocol: 1, payload });
  });

const damages = fc.oneof(
  fc.constant((bytes: Buffer) => bytes),
  fc.nat(80).map((at) => (bytes: Buffer) => bytes.subarray(0, at)),
  fc.nat(40).map((length) => (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(length, 0xaa)])),
  fc.tuple(fc.nat(60), fc.nat(255)).map(
    ([at, value]) =>
      (bytes: Buffer) =>
        with8(bytes, at, value),
  ),
  // A header that adds up all the same: its length, its total length, options.
  fc.tuple(fc.constantFrom(0, 1, 2, 3, 6, 7, 8, 9, 12, 19), fc.nat(255)).map(
    ([at, value]) =>
      (bytes: Buffer) =>
        withHeaderSum(with8(bytes, at, value)),
  ),
);

const heads = fc.constantFrom("0800", "0800", "0800", "0800", "0800", "86dd", "81000001 0800", "0000");

/** IPv4 or what looks like it, to a leg's address or past it. */
export const hostilePackets: fc.Arbitrary<HostileFrame> = fc
  .record({
    leg: fc.constantFrom<Leg>("inside", "outside"),
    bytes: fc.oneof(plain, plain, errors),
    ...{ damage: damages, head: heads, isPast: fc.constantFrom(false, false, false, true) },
  })
  .map(({ leg, bytes, damage, head, isPast }) => {
    const whole = frame(damage(bytes), (leg === "inside") === isPast ? 1 : 0);
    return {
      leg,
      frame: Buffer.concat([whole.subarray(0, 12), Buffer.from(head.replace(" ", ""), "hex"), whole.subarray(14)]),
    };
  });

const questions = fc
  .record({
    ...{ leg: fc.constantFrom<Leg>("inside", "outside"), ip: addresses, target: addresses, operation: fc.nat(3) },
    mac: fc.constantFrom("525400240100", "ffffffffffff", "01005e000001", "52540024ff00", "000000000000"),
    cut: fc.constantFrom(100, 100, 41, 14),
  })
  .map(({ leg, ip, target, operation, mac, cut }) => ({
    leg,
    frame: arp(operation, ip, target, mac).subarray(0, cut),
  }));

const noise = fc
  .record({ leg: fc.constantFrom<Leg>("inside", "outside"), bytes: fc.uint8Array({ maxLength: 80 }) })
  .map(({ leg, bytes }) => ({ leg, frame: Buffer.from(bytes) }));

export const hostileFrames: fc.Arbitrary<HostileFrame> = fc.oneof(
  { weight: 6, arbitrary: hostilePackets },
  { weight: 2, arbitrary: questions },
  { weight: 1, arbitrary: noise },
);

/** As much as its builder needs to put a sum into it. */
function atLeast(payload: Buffer): Buffer {
  return payload.length >= 18 ? payload : Buffer.concat([payload, Buffer.alloc(18 - payload.length)]);
}

function with8(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  if (at < changed.length) changed.writeUInt8(value, at);
  return changed;
}

function withHeaderSum(bytes: Buffer): Buffer {
  const header = Buffer.from(bytes.subarray(0, Math.min(bytes.length, ((bytes[0] ?? 0) & 0x0f) * 4)));
  if (header.length < 20) return bytes;
  header.writeUInt16BE(0, 10);
  header.writeUInt16BE(rightSum(header), 10);
  return Buffer.concat([header, bytes.subarray(header.length)]);
}
