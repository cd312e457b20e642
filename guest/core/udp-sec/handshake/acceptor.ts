/**
 * The responder's side of the handshake (dsoftbus-transport.md#35-repeats-deadlines-refusals): MSG1 in, MSG2 out; MSG3 in, a
 * peer with keys or a refusal out.
 */
import type { Address } from "../../address.ts";
import { beginNoiseHandshake } from "../../begin-handshake.ts";
import { concatBytes } from "../../bytes/concat.ts";
import { constantTimeEqual } from "../../bytes/constant-time.ts";
import { toHex } from "../../bytes/hex.ts";
import { encodeUtf8 } from "../../bytes/utf8.ts";
import { CloseCode } from "../../connection-end.ts";
import { verifyProof } from "../../identity/proof.ts";
import { HandshakeRate } from "../../handshake-rate.ts";
import type { HandshakeState } from "../../noise/handshake-state.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { AcceptPolicy } from "../../identity/peer.ts";
import { encodeSessionId, type Header, PACKET_HEADER_BYTES, PacketType } from "../packet/header.ts";
import { sealClose } from "../packet/seal-close.ts";
import type { TransportParameters } from "./transport-parameters.ts";
import { Admission } from "./admission.ts";
import { MSG1_BYTES, MSG3_BYTES, PROLOGUE_TEXT, THROTTLE_MS } from "./constants.ts";
import { type HalfOpenEntry, type HalfOpenState, HalfOpenTable } from "./half-open-table.ts";
import { encodeNoiseDatagram, msg1Fields } from "./handshake-datagrams.ts";
import { Mac1 } from "./mac1.ts";
import { sourceOf } from "../../mapped-address.ts";
import { bucketLimits, type HandshakeLimits } from "./handshake-limits.ts";
import type { FinishedHandshake, HandshakeSettings, SessionKeys } from "./handshake-settings.ts";
import { traceMilestone } from "./handshake-trace.ts";
import { decodePayload1, decodePayload3, encodePayload2 } from "./payloads.ts";
import { chooseSessionHalf } from "./session-half.ts";

/** An answer to send, a reason why there is none, or a peer that proved who it is. */
export type AcceptorResult =
  | { readonly type: "answer"; readonly datagram: Uint8Array }
  | { readonly type: "drop"; readonly reason: DropReason }
  | { readonly type: "accepted"; readonly finished: FinishedHandshake };

export interface AcceptorSurroundings {
  /** A half in use by any connection of the endpoint, or one that would make a full id ambiguous. */
  isHighTaken(sessionLow: number, sessionHigh: number): boolean;
  /** Whether the endpoint can hold one connection more. */
  hasRoom(): boolean;
  /** Whether the receive window of one connection more can be reserved. */
  hasBudget(): boolean;
}

type AwaitingMsg3 = Extract<HalfOpenState, { name: "awaiting-msg3" }>;

export class Acceptor {
  readonly halfOpen: HalfOpenTable;
  readonly admission: Admission;
  readonly #settings: HandshakeSettings;
  readonly #accept: AcceptPolicy;
  readonly #surroundings: AcceptorSurroundings;
  readonly #mac1: Mac1;

  constructor(
    settings: HandshakeSettings,
    accept: AcceptPolicy,
    limits: HandshakeLimits,
    surroundings: AcceptorSurroundings,
  ) {
    this.#settings = settings;
    this.#accept = accept;
    this.#surroundings = surroundings;
    this.#mac1 = new Mac1(settings.crypto, settings.identity.staticPublicKey);
    const rate = settings.handshakeRate ?? new HandshakeRate(bucketLimits(limits));
    this.admission = new Admission(settings.crypto, settings.random, limits, this.#mac1, rate);
    this.halfOpen = new HalfOpenTable({
      entries: limits.halfOpen,
      perSource: limits.halfOpenPerAddress,
      lifetimeMs: limits.halfOpenLifetimeMs,
    });
  }

  /** Its only timer is the life of half-open entries: answers leave by their own queue. */
  poll(nowMs: number): undefined {
    this.halfOpen.expire(nowMs);
  }

  nextDeadlineMs(): number | undefined {
    return this.halfOpen.nextDeadlineMs();
  }

  /** The order of work: size, mac1, look-up, bucket and cookie, Diffie-Hellman. */
  receiveMsg1(datagram: Uint8Array, header: Header, from: Address, nowMs: number): AcceptorResult {
    if (datagram.length !== MSG1_BYTES) return drop("bad-size");
    if (header.sessionLow === 0 || header.sessionHigh !== 0) return drop("bad-handshake-header");
    if (!this.#mac1.isValid(datagram)) return drop("bad-mac1");
    this.halfOpen.expire(nowMs);
    const key = msg1Key(from, datagram);
    const known = this.halfOpen.findByMsg1(key);
    if (known !== undefined) return repeatMsg2(known);
    const source = sourceOf(from.host);
    const verdict = this.admission.judge(datagram, header.sessionLow, from, source, this.halfOpen, nowMs);
    if (verdict.type === "retry") return { type: "answer", datagram: verdict.datagram };
    if (verdict.type === "drop") return verdict;
    if (!this.#surroundings.hasRoom()) return drop("connections-full");
    return this.#answerMsg1(datagram, header.sessionLow, { key, address: from, source, createdMs: nowMs });
  }

  #answerMsg1(
    datagram: Uint8Array,
    sessionLow: number,
    about: Pick<HalfOpenEntry, "key" | "address" | "source" | "createdMs">,
  ): AcceptorResult {
    const { random, identity, parameters } = this.#settings;
    const sessionHigh = chooseSessionHalf(
      random,
      (half) => this.halfOpen.isHighTaken(half) || this.#surroundings.isHighTaken(sessionLow, half),
    );
    if (sessionHigh === undefined) return drop("session-half-in-use");
    const noise = beginNoiseHandshake(this.#settings, encodeUtf8(PROLOGUE_TEXT), { role: "responder" });
    const peerParameters = readMsg1(noise, msg1Fields(datagram).noiseMessage, sessionLow);
    if (typeof peerParameters === "string") {
      noise.wipe();
      return drop(peerParameters);
    }
    const payload = encodePayload2(parameters, sessionHigh, identity.proof("server"));
    const msg2 = encodeNoiseDatagram(PacketType.MSG2, sessionLow, sessionHigh, noise.writeMessage(payload));
    const state: AwaitingMsg3 = { name: "awaiting-msg3", noise, msg2, peerParameters, isMsg2Repeated: false };
    this.halfOpen.insert({ ...about, sessionLow, sessionHigh, state });
    const { trace } = this.#settings;
    if (trace !== undefined) traceMilestone(trace, about.createdMs, [sessionLow, sessionHigh], "handshake_started");
    return { type: "answer", datagram: msg2 };
  }

  receiveMsg3(datagram: Uint8Array, entry: HalfOpenEntry, nowMs: number): AcceptorResult {
    if (datagram.length !== MSG3_BYTES) return drop("bad-size");
    const { state } = entry;
    switch (state.name) {
      case "refused": {
        if (!constantTimeEqual(datagram, state.msg3)) return drop("bad-handshake");
        if (nowMs - state.lastSentMs < THROTTLE_MS) return drop("repeat-throttled");
        entry.state = { ...state, lastSentMs: nowMs };
        return { type: "answer", datagram: state.close };
      }
      case "awaiting-msg3":
        return this.#finish(datagram, entry, state, nowMs);
    }
  }

  #finish(datagram: Uint8Array, entry: HalfOpenEntry, state: AwaitingMsg3, nowMs: number): AcceptorResult {
    const { crypto } = this.#settings;
    let payload: Uint8Array;
    try {
      payload = state.noise.readMessage(datagram.subarray(PACKET_HEADER_BYTES));
    } catch {
      return drop("bad-handshake");
    }
    const content = decodePayload3(payload, entry.sessionLow);
    const staticPublicKey = state.noise.remoteStaticPublicKey;
    if (content === undefined || staticPublicKey === undefined || !areEqual(content.parameters, state.peerParameters)) {
      // Only the peer itself can have sealed this, and it has no other MSG3: nothing is left to wait for.
      this.halfOpen.remove(entry);
      return drop("bad-parameters");
    }
    // A full endpoint stays silent (dsoftbus-transport.md#8-life-of-a-connection); the handshake is over all the same.
    if (!this.#surroundings.hasRoom()) {
      this.halfOpen.remove(entry);
      return drop("connections-full");
    }
    const keys = state.noise.splitKeys();
    state.noise.wipe();
    const device = verifyProof(crypto, "client", content.proof, staticPublicKey);
    if (device === undefined) return this.#refuse(datagram, entry, keys, "AUTH", "bad proof", nowMs);
    if (!this.#accept.authorise(device.deviceId, toHex(staticPublicKey))) {
      return this.#refuse(datagram, entry, keys, "AUTH", "unknown peer", nowMs);
    }
    if (!this.#surroundings.hasBudget()) return this.#refuse(datagram, entry, keys, "BUSY", "no memory left", nowMs);
    this.halfOpen.release(entry);
    const finished: FinishedHandshake = {
      sessionLow: entry.sessionLow,
      sessionHigh: entry.sessionHigh,
      address: entry.address,
      peer: { deviceId: device.deviceId, staticPublicKey },
      peerParameters: content.parameters,
      ...keys,
      handshakeRttMs: state.isMsg2Repeated ? undefined : nowMs - entry.createdMs,
    };
    return { type: "accepted", finished };
  }

  #refuse(
    msg3: Uint8Array,
    entry: HalfOpenEntry,
    keys: SessionKeys,
    code: "AUTH" | "BUSY",
    reason: string,
    nowMs: number,
  ): AcceptorResult {
    const sessionId = encodeSessionId(entry.sessionLow, entry.sessionHigh);
    // No reason: whether a proof was wrong or a device unknown is nothing that a stranger should learn.
    const close = sealClose(this.#settings.crypto, keys.sendKey, sessionId, 1, CloseCode[code], "");
    this.#settings.keyLog?.sessionKeys(toHex(sessionId), keys.receiveKey.slice(), keys.sendKey.slice());
    const { trace } = this.#settings;
    if (trace !== undefined) {
      traceMilestone(trace, nowMs, [entry.sessionLow, entry.sessionHigh], "closed", {
        trigger: code,
        reason,
        by: "local",
      });
    }
    keys.sendKey.fill(0);
    keys.receiveKey.fill(0);
    entry.state = { name: "refused", msg3: msg3.slice(), close, lastSentMs: nowMs };
    return { type: "answer", datagram: close };
  }
}

function readMsg1(noise: HandshakeState, message: Uint8Array, sessionLow: number): TransportParameters | DropReason {
  try {
    return decodePayload1(noise.readMessage(message), sessionLow) ?? "bad-parameters";
  } catch {
    return "bad-handshake";
  }
}

function repeatMsg2(entry: HalfOpenEntry): AcceptorResult {
  if (entry.state.name !== "awaiting-msg3") return drop("unexpected-handshake");
  entry.state = { ...entry.state, isMsg2Repeated: true };
  return { type: "answer", datagram: entry.state.msg2 };
}

/** mac1 is a digest of Noise message 1 and its header, just verified: with the address it names the entry. */
function msg1Key(from: Address, msg1: Uint8Array): string {
  return toHex(concatBytes(msg1Fields(msg1).mac1, encodeUtf8(`${from.port} ${from.host}`)));
}

function areEqual(left: TransportParameters, right: TransportParameters): boolean {
  return (
    left.windowBytes === right.windowBytes &&
    left.idleTimeoutMs === right.idleTimeoutMs &&
    left.ackDelayMs === right.ackDelayMs
  );
}

function drop(reason: DropReason): AcceptorResult {
  return { type: "drop", reason };
}
