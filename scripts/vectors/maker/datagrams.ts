/** Datagrams of udp-sec, from fields to bytes (dsoftbus-transport.md#31-datagrams, dsoftbus-transport.md#4-packets). */
import { blake2s } from "./blake2s.ts";
import { ascii, join, littleEndian, u16, u32, u64, u8, zeros } from "./bytes.ts";
import { type Device, proofOf } from "./device.ts";
import { noiseXk, type NoiseTranscript } from "./noise-xk.ts";
import { seal } from "./primitives.ts";

export const TYPES = { MSG1: 1, MSG2: 2, MSG3: 3, RETRY: 4, DATA: 0x10, ACK: 0x11, PING: 0x12, CLOSE: 0x13 };

export interface HeaderFields {
  readonly ver?: number;
  readonly typ: number;
  readonly flags?: number;
  readonly rsv?: number;
  readonly low: number;
  readonly high: number;
  readonly pn?: number;
  readonly ack?: number;
  readonly ackBits?: number;
  /** Undefined: what the body has. */
  readonly len?: number;
}

export function headerOf(fields: HeaderFields, bodyBytes: number): Uint8Array {
  const { ver = 1, typ, flags = 0, rsv = 0, low, high, pn = 0, ack = 0, ackBits = 0, len = bodyBytes } = fields;
  return join(u8(ver), u8(typ), u8(flags), u8(rsv), u32(low), u32(high), u32(pn), u32(ack), u32(ackBits), u16(len));
}

export interface Params {
  readonly version?: number;
  readonly window: number;
  readonly idleTimeoutMs: number;
  readonly ackDelayMs: number;
}

export const DEFAULT_PARAMS: Params = { window: 262_144, idleTimeoutMs: 15_000, ackDelayMs: 25 };

export function paramsOf(half: number, params: Params): Uint8Array {
  const { version = 1, window, idleTimeoutMs, ackDelayMs } = params;
  return join(u8(version), u32(half), u32(window), u32(idleTimeoutMs), u16(ackDelayMs));
}

export interface HandshakeParty {
  readonly device: Device;
  readonly ephemeral: Uint8Array;
  readonly half: number;
  readonly params: Params;
}

/** What a vector changes of a right handshake. */
export interface HandshakeChanges {
  readonly half1?: number;
  readonly half2?: number;
  readonly half3?: number;
  readonly params1?: Params;
  readonly params2?: Params;
  readonly params3?: Params;
  readonly padding1?: Uint8Array;
  readonly padding2?: Uint8Array;
  readonly proof2?: Uint8Array;
  readonly proof3?: Uint8Array;
  readonly prologue?: string;
  /** Instead of the initiator's own static secret. */
  readonly initiatorStatic?: Uint8Array;
}

export interface UdpHandshake {
  readonly msg1: Uint8Array;
  readonly msg2: Uint8Array;
  readonly msg3: Uint8Array;
  readonly mac1Key: Uint8Array;
  readonly noise: NoiseTranscript;
}

export function udpHandshake(a: HandshakeParty, b: HandshakeParty, changes: HandshakeChanges = {}): UdpHandshake {
  const payload1 = join(
    paramsOf(changes.half1 ?? a.half, changes.params1 ?? a.params),
    changes.padding1 ?? zeros(1079),
  );
  const payload2 = join(
    paramsOf(changes.half2 ?? b.half, changes.params2 ?? b.params),
    changes.proof2 ?? proofOf(b.device, "server"),
    changes.padding2 ?? zeros(1015),
  );
  const payload3 = join(
    paramsOf(changes.half3 ?? a.half, changes.params3 ?? a.params),
    changes.proof3 ?? proofOf(a.device, "client"),
  );
  const secrets = {
    prologue: changes.prologue ?? "dsoftbus udp-sec v1",
    initiatorStatic: changes.initiatorStatic ?? a.device.staticSecret,
    initiatorEphemeral: a.ephemeral,
    responderStatic: b.device.staticSecret,
    responderEphemeral: b.ephemeral,
  };
  const noise = noiseXk(secrets, [payload1, payload2, payload3]);
  const [message1, message2, message3] = noise.messages;
  const mac1Key = blake2s(join(ascii("dsoftbus mac1"), b.device.staticPublicKey));
  const ids = { low: a.half, high: b.half };
  return {
    msg1: withMac1(mac1Key, join(headerOf({ typ: TYPES.MSG1, low: a.half, high: 0 }, 1174), message1)),
    msg2: join(headerOf({ typ: TYPES.MSG2, ...ids }, message2.length), message2),
    msg3: join(headerOf({ typ: TYPES.MSG3, ...ids }, message3.length), message3),
    mac1Key,
    noise,
  };
}

/** @param covered header and Noise message 1 @returns MSG1 without a cookie */
export function withMac1(mac1Key: Uint8Array, covered: Uint8Array): Uint8Array {
  return join(covered, blake2s(covered, 16, mac1Key), zeros(16));
}

/** @returns the same MSG1 with that cookie */
export function msg1WithCookie(msg1: Uint8Array, cookie: Uint8Array): Uint8Array {
  return join(msg1.subarray(0, 1184), cookie);
}

export function retryFor(msg1: Uint8Array, mac1Key: Uint8Array, cookie: Uint8Array, low: number): Uint8Array {
  const head = join(headerOf({ typ: TYPES.RETRY, low, high: 0 }, 32), cookie);
  return join(head, blake2s(join(head, msg1.subarray(1168, 1184)), 16, mac1Key));
}

export interface ReceiverStateFields {
  readonly delivered: number | bigint;
  readonly window: number;
  readonly ackDelayUs: number;
}

export function receiverState({ delivered, window, ackDelayUs }: ReceiverStateFields): Uint8Array {
  return join(u64(delivered), u32(window), u32(ackDelayUs));
}

/** @returns the sealed packet of that header and plaintext */
export function sealedPacket(key: Uint8Array, fields: HeaderFields, plaintext: Uint8Array): Uint8Array {
  const header = headerOf(fields, plaintext.length + 16);
  return join(header, seal(key, fields.pn ?? 0, header, plaintext));
}

export function ackBody(ranges: readonly (readonly [number, number])[], count = ranges.length): Uint8Array {
  return join(u8(count), ...ranges.flatMap(([first, last]) => [u32(first), u32(last)]));
}

export function closeBody(code: number, reason: Uint8Array, length = reason.length): Uint8Array {
  return join(u16(code), littleEndian(BigInt(length), 1), reason);
}
