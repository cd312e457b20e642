/**
 * The initiator's side of the handshake (dsoftbus-transport.md#35-repeats-deadlines-refusals): MSG1 until a MSG2 verifies,
 * then MSG3 until a packet of the responder was opened. The endpoint drives it; the application sees it as a `DialHandle`.
 */
import { beginNoiseHandshake } from "../../begin-handshake.ts";
import { encodeUtf8 } from "../../bytes/utf8.ts";
import type { ConnectionEnd } from "../../connection-end.ts";
import { verifyProof } from "../../identity/proof.ts";
import type { HandshakeState } from "../../noise/handshake-state.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { type Header, PACKET_HEADER_BYTES, PacketType } from "../packet/header.ts";
import type { DialTarget, FinishedHandshake, HandshakeSettings } from "./handshake-settings.ts";
import { HANDSHAKE_DEADLINE_MS, MSG2_BYTES, PROLOGUE_TEXT, RETRY_BYTES, THROTTLE_MS } from "./constants.ts";
import { encodeMsg1, encodeNoiseDatagram, msg1Fields, withCookie } from "./handshake-datagrams.ts";
import { Mac1 } from "./mac1.ts";
import { decodePayload2, encodePayload1, encodePayload3 } from "./payloads.ts";
import { RepeatSchedule } from "./repeat-schedule.ts";

export type DialState =
  | { readonly name: "awaiting-msg2" }
  /** MSG2 verified: the responder is who it should be. From here on no other transport is tried. */
  | { readonly name: "confirming" }
  | { readonly name: "established" }
  | { readonly name: "failed"; readonly end: ConnectionEnd };

export type VerifiedMsg2 = Pick<
  FinishedHandshake,
  "sessionHigh" | "peerParameters" | "sendKey" | "receiveKey" | "handshakeRttMs"
>;

export type Msg2Result =
  | { readonly type: "drop"; readonly reason: DropReason }
  | { readonly type: "wrong-peer"; readonly reason: string }
  | { readonly type: "verified"; readonly verified: VerifiedMsg2 };

/** What is being repeated, and what it needs. */
type Phase =
  | {
      readonly name: "msg1";
      readonly noise: HandshakeState;
      readonly msg1: Uint8Array;
      readonly lastRetryMs: number | undefined;
    }
  | { readonly name: "msg3"; readonly msg3: Uint8Array }
  | { readonly name: "over" };

export class InitiatorHandshake {
  readonly target: DialTarget;
  readonly sessionLow: number;
  readonly #settings: HandshakeSettings;
  readonly #mac1: Mac1;
  readonly #waitMs: number;
  #state: DialState = { name: "awaiting-msg2" };
  #phase: Phase;
  /** When the first MSG1 left: what the deadline counts from. A process that gets no processor before it has asked nobody yet. */
  #firstSentMs: number | undefined;
  #schedule: RepeatSchedule;
  #isAuthenticated = false;

  /**
   * @param waitMs from the first MSG1 to the deadline, unless a MSG2 verifies
   * @param msg1Copies how many MSG1 leave unless a RETRY asks for another
   */
  constructor(
    settings: HandshakeSettings,
    target: DialTarget,
    sessionLow: number,
    waitMs: number,
    nowMs: number,
    msg1Copies = Infinity,
  ) {
    const { crypto, parameters } = settings;
    this.target = target;
    this.sessionLow = sessionLow;
    this.#settings = settings;
    this.#mac1 = new Mac1(crypto, target.staticPublicKey);
    this.#waitMs = waitMs;
    this.#schedule = new RepeatSchedule(nowMs, msg1Copies);
    const start = { role: "initiator", remoteStaticPublicKey: target.staticPublicKey } as const;
    const noise = beginNoiseHandshake(settings, encodeUtf8(PROLOGUE_TEXT), start);
    const noiseMessage = noise.writeMessage(encodePayload1(parameters, sessionLow));
    const msg1 = encodeMsg1(sessionLow, noiseMessage, (covered) => this.#mac1.compute(covered));
    this.#phase = { name: "msg1", noise, msg1, lastRetryMs: undefined };
  }

  get state(): DialState {
    return this.#state;
  }

  /**
   * A MSG2 verified: whatever happens now, `auto` must not fall back to another transport
   * (dsoftbus-transport.md#35-repeats-deadlines-refusals).
   */
  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }

  /** Infinite until the first MSG1 left, which is due at once. */
  get deadlineMs(): number {
    if (this.#firstSentMs === undefined) return Infinity;
    const waitMs = this.#isAuthenticated ? Math.max(this.#waitMs, HANDSHAKE_DEADLINE_MS) : this.#waitMs;
    return this.#firstSentMs + waitMs;
  }

  /** A copy of MSG3 left: the responder may have a session. */
  get hasSentMsg3(): boolean {
    return this.#phase.name === "msg3" && this.#schedule.sends > 0;
  }

  /** @returns the copy of MSG1 or MSG3 that is due */
  poll(nowMs: number): Uint8Array | undefined {
    const phase = this.#phase;
    if (phase.name === "over" || nowMs >= this.deadlineMs || !this.#schedule.takeDue(nowMs)) return undefined;
    if (phase.name === "msg3") return phase.msg3;
    this.#firstSentMs ??= nowMs;
    return phase.msg1;
  }

  nextDeadlineMs(): number | undefined {
    if (this.#phase.name === "over") return undefined;
    return Math.min(this.deadlineMs, this.#schedule.nextMs);
  }

  /** Taken only while MSG2 is awaited and at most once per 250 ms: the cookie leaves with a copy of MSG1 at once. */
  receiveRetry(datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const phase = this.#phase;
    if (phase.name !== "msg1") return "unexpected-handshake";
    if (datagram.length !== RETRY_BYTES) return "bad-size";
    if (phase.lastRetryMs !== undefined && nowMs - phase.lastRetryMs < THROTTLE_MS) return "retry-throttled";
    const cookie = this.#mac1.openRetry(datagram, msg1Fields(phase.msg1).mac1);
    if (cookie === undefined) return "bad-retry-tag";
    this.#phase = { ...phase, msg1: withCookie(phase.msg1, cookie), lastRetryMs: nowMs };
    this.#schedule.hasten(nowMs);
    return undefined;
  }

  receiveMsg2(datagram: Uint8Array, header: Header, nowMs: number): Msg2Result {
    const phase = this.#phase;
    if (phase.name !== "msg1") return drop("unexpected-handshake");
    if (datagram.length !== MSG2_BYTES) return drop("bad-size");
    if (header.sessionHigh === 0) return drop("bad-handshake-header");
    // Tried on a copy: parameters may fail after the message itself opened.
    const noise = phase.noise.clone();
    let payload: Uint8Array;
    try {
      payload = noise.readMessage(datagram.subarray(PACKET_HEADER_BYTES));
    } catch {
      noise.wipe();
      return drop("bad-handshake");
    }
    const content = decodePayload2(payload, header.sessionHigh);
    if (content === undefined) {
      noise.wipe();
      return drop("bad-parameters");
    }
    phase.noise.wipe();
    const device = verifyProof(this.#settings.crypto, "server", content.proof, this.target.staticPublicKey);
    if (device?.deviceId !== this.target.deviceId) {
      noise.wipe();
      this.#phase = { name: "over" };
      return { type: "wrong-peer", reason: device === undefined ? "bad proof" : `is device ${device.deviceId}` };
    }
    const isMsg1SentOnce = this.#schedule.sends === 1 && this.#firstSentMs !== undefined;
    const handshakeRttMs = isMsg1SentOnce ? nowMs - (this.#firstSentMs ?? nowMs) : undefined;
    const { sendKey, receiveKey } = this.#beginConfirming(noise, header.sessionHigh, nowMs);
    const { parameters: peerParameters } = content;
    return {
      type: "verified",
      verified: { sessionHigh: header.sessionHigh, peerParameters, sendKey, receiveKey, handshakeRttMs },
    };
  }

  /** The first packet of the responder was opened: nothing is repeated any more. */
  establish(): void {
    this.#phase = { name: "over" };
    this.#state = { name: "established" };
  }

  /** Idempotent; an established one stays established. */
  fail(end: ConnectionEnd): void {
    if (this.#phase.name === "msg1") this.#phase.noise.wipe();
    this.#phase = { name: "over" };
    if (this.#state.name !== "established" && this.#state.name !== "failed") this.#state = { name: "failed", end };
  }

  #beginConfirming(noise: HandshakeState, sessionHigh: number, nowMs: number) {
    const { identity, parameters } = this.#settings;
    const payload = encodePayload3(parameters, this.sessionLow, identity.proof("client"));
    const noiseMessage = noise.writeMessage(payload);
    const keys = noise.splitKeys();
    noise.wipe();
    const msg3 = encodeNoiseDatagram(PacketType.MSG3, this.sessionLow, sessionHigh, noiseMessage);
    this.#phase = { name: "msg3", msg3 };
    this.#state = { name: "confirming" };
    this.#isAuthenticated = true;
    this.#schedule = new RepeatSchedule(nowMs);
    return keys;
  }
}

function drop(reason: DropReason): Msg2Result {
  return { type: "drop", reason };
}
