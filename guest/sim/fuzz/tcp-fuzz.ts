/**
 * The TCP fallback (dsoftbus-transport.md#10-tcp-transport) against bytes that nobody honest would send. A stranger, who has no keys, never gets a connection
 * established; a peer who has them can at most end its own. Nothing throws, what is held stays bounded.
 */
import {
  type ConnectionEnd,
  type CryptoPrimitives,
  DeviceIdentity,
  type KeyLog,
  type Role,
  TcpSecConnection,
  type TcpSecOptions,
} from "../../core/index.ts";
import { CheckViolation } from "../checkers/violation.ts";
import { Prng } from "../scheduler/prng.ts";
import { mutate, MUTATIONS } from "./mutate.ts";
import { RecordForger } from "./record-forger.ts";
import type { FuzzFinding, SeededKind, SessionResult } from "./finding.ts";

const PIECES_PER_SESSION = 60;
const WRITTEN_BYTES = 100_000;
/** Send buffer, W with the record that leads past it, undecoded bytes; with the slack of their chunks. */
const MAX_HELD_BYTES = 3 * 1024 * 1024;
const W_BYTES = 256 * 1024;
const MAX_RECORD_BYTES = 65_535;
const ENDS_OF_STRANGERS = new Set(["AUTH", "PROTOCOL", "FLOW_CONTROL", "TRUNCATED", "HANDSHAKE_TIMEOUT"]);

interface Handshaking {
  readonly victim: TcpSecConnection;
  /** Speaks the handshake with the victim, for the fuzzer to use or to spoil. */
  readonly honest: TcpSecConnection;
  /** Under which the fuzzer seals, and the first counter that is free; undefined before the keys are there. */
  keys: { readonly send: Uint8Array } | undefined;
}

/** A stranger's connection from its seed: an honest handshake, spoilt at some place, or bytes out of nowhere. */
export function fuzzTcpStranger(seed: number, crypto: CryptoPrimitives): SessionResult | FuzzFinding {
  return guarded("tcp-stranger", seed, (count) => {
    const prng = new Prng(seed, "fuzz", "tcp stranger");
    const { victim, honest } = begin(prng, crypto);
    let nowMs = 0;
    const spoiltPiece = prng.below(4);
    const answer = (): void => {
      const bytes = victim.takeOutput(65_536, nowMs);
      if (bytes !== undefined && honest.end === undefined) honest.receiveBytes(bytes, nowMs);
    };
    answer();
    for (let piece = 0; victim.end === undefined && piece < 10; piece++) {
      const wasEstablished = victim.isEstablished;
      const genuine = honest.takeOutput(65_536, nowMs) ?? prng.bytes(prng.below(400));
      const isSpoilt = piece >= spoiltPiece;
      const mutation = MUTATIONS[prng.below(MUTATIONS.length - 1)] ?? "random-bytes";
      const bytes = isSpoilt ? mutate(mutation, genuine, prng.bytes(100), prng) : genuine;
      nowMs += prng.below(1_200);
      for (const part of cut(bytes, prng)) victim.receiveBytes(part, nowMs);
      count();
      victim.poll(nowMs);
      check(victim);
      if (victim.isEstablished && !wasEstablished && !holdsWhole(bytes, genuine)) {
        throw new CheckViolation("fuzz", "a stranger was let in");
      }
      answer();
    }
    if (victim.end === undefined && prng.below(2) === 0) victim.receiveEnd(nowMs);
    victim.poll(nowMs + 6_000);
    const { end } = victim;
    if (end === undefined) return "established by an honest peer";
    if (!ENDS_OF_STRANGERS.has(end.name)) throw new CheckViolation("fuzz", `ended with ${end.name}`);
    return end.name;
  });
}

/** A session with a peer that has keys and makes its records by itself. */
export function fuzzTcpPeer(seed: number, crypto: CryptoPrimitives): SessionResult | FuzzFinding {
  return guarded("tcp-peer", seed, (count) => {
    const prng = new Prng(seed, "fuzz", "tcp peer");
    const sides = begin(prng, crypto);
    shakeHands(sides);
    const { victim, keys } = sides;
    if (keys === undefined) throw new CheckViolation("fuzz", "the handshake did not come to keys");
    const forger = new RecordForger(keys.send, crypto, prng, victim.role === "initiator");
    let nowMs = 10;
    let readBytes = 0;
    // Some readers hardly read: then W must stop the peer.
    const readsOneIn = 1 + prng.below(20);
    for (let piece = 0; piece < PIECES_PER_SESSION && victim.end === undefined; piece++) {
      nowMs += prng.below(100);
      if (victim.wantsToRead || prng.below(10) === 0) {
        for (const part of cut(forger.next(), prng)) victim.receiveBytes(part, nowMs);
        count();
      }
      if (prng.below(4) === 0) victim.write(prng.bytes(prng.below(WRITTEN_BYTES)), nowMs);
      if (prng.below(2) === 0) victim.takeOutput(prng.below(200_000), nowMs);
      if (prng.below(readsOneIn) === 0) readBytes += victim.read(100_000, nowMs)?.length ?? 0;
      if (prng.below(60) === 0) victim.finish(nowMs);
      if (prng.below(300) === 0) victim.receiveEnd(nowMs);
      victim.poll(nowMs);
      victim.takeEvents();
      check(victim);
    }
    for (let more = victim.read(1_000_000, nowMs); more !== undefined; more = victim.read(1_000_000, nowMs)) {
      readBytes += more.length;
    }
    if (readBytes > forger.dataBytes)
      throw new CheckViolation("fuzz", `${readBytes} bytes read, ${forger.dataBytes} sent`);
    return outcomeOf(victim.end);
  });
}

function guarded(kind: SeededKind, seed: number, play: (count: () => void) => string): SessionResult | FuzzFinding {
  let executions = 0;
  try {
    const outcome = play(() => (executions += 1));
    return { executions, outcome };
  } catch (error) {
    return { kind, problem: error instanceof Error ? (error.stack ?? error.message) : String(error), seed };
  }
}

function begin(prng: Prng, crypto: CryptoPrimitives): Handshaking {
  const random = (length: number): Uint8Array => prng.bytes(length);
  const [client, server] = [new DeviceIdentity(crypto, prng.bytes(32)), new DeviceIdentity(crypto, prng.bytes(32))];
  const victimRole: Role = prng.below(2) === 0 ? "initiator" : "responder";
  const make = (role: Role, more: Partial<TcpSecOptions>): TcpSecConnection => {
    const common = { crypto, random, nowMs: 0, ...more };
    return role === "initiator"
      ? TcpSecConnection.initiator({ ...common, identity: client, peer: server })
      : TcpSecConnection.responder({ ...common, identity: server, accept: { authorise: () => true } });
  };
  const sides: { keys: Handshaking["keys"] } = { keys: undefined };
  const keyLog: KeyLog = {
    ephemeral: () => undefined,
    sessionKeys: (_hash, initiatorKey, responderKey) => {
      sides.keys = { send: victimRole === "initiator" ? responderKey : initiatorKey };
    },
  };
  const victim = make(victimRole, {});
  const honest = make(victimRole === "initiator" ? "responder" : "initiator", { keyLog });
  return Object.assign(sides, { victim, honest });
}

/** Up to the keys: what the honest side would seal never leaves. */
function shakeHands(sides: Handshaking): void {
  const { victim, honest } = sides;
  for (let round = 0; round < 4; round++) {
    const isPlain = sides.keys === undefined || honest.role === "initiator";
    const there = isPlain ? honest.takeOutput(65_536, 1) : undefined;
    if (there !== undefined) victim.receiveBytes(there, 1);
    const back = victim.takeOutput(65_536, 1);
    if (back !== undefined && honest.end === undefined) honest.receiveBytes(back, 1);
  }
}

function check(victim: TcpSecConnection): void {
  const { heldBytes, unreadBytes } = victim.stats();
  if (heldBytes > MAX_HELD_BYTES) throw new CheckViolation("fuzz", `${heldBytes} bytes held`);
  if (unreadBytes >= W_BYTES + MAX_RECORD_BYTES) throw new CheckViolation("fuzz", `${unreadBytes} bytes unread`);
}

/** What follows a whole handshake message doesn't make its sender a stranger. */
function holdsWhole(bytes: Uint8Array, message: Uint8Array): boolean {
  return bytes.length >= message.length && message.every((byte, i) => byte === bytes[i]);
}

function outcomeOf(end: ConnectionEnd | undefined): string {
  return end === undefined ? "lives" : `${end.name} by ${end.by}`;
}

/** In one to four parts. */
function cut(bytes: Uint8Array, prng: Prng): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let rest = bytes;
  for (let cuts = prng.below(4); cuts > 0 && rest.length > 1; cuts--) {
    const at = 1 + prng.below(rest.length - 1);
    parts.push(rest.subarray(0, at));
    rest = rest.subarray(at);
  }
  return [...parts, rest];
}
