/** The connections of an endpoint from their keys to their end: made, fed, observed, replaced, forgotten. */
import type { Address } from "../../address.ts";
import type { Role } from "../../byte-stream.ts";
import { constantTimeEqual } from "../../bytes/constant-time.ts";
import { toHex } from "../../bytes/hex.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import { connectionLimits, type EndpointLimits, type EndpointOptions, type Peer } from "./endpoint-options.ts";
import type { Acceptance } from "../handshake/acceptor.ts";
import type { DialAttempt } from "../handshake/initiator-handshake.ts";
import { THROTTLE_MS } from "../handshake/constants.ts";
import { encodeSessionId } from "../packet/header.ts";
import type { ConnectionLimits } from "../connection/connection-limits.ts";
import type { ConnectionFactory } from "../connection/transport-connection.ts";
import type { TransportParameters } from "../handshake/transport-parameters.ts";
import type { Agenda } from "./agenda.ts";
import { type HandshakeStep, traceStep } from "./endpoint-trace.ts";
import type { EventQueue } from "./endpoint-event-queue.ts";
import type { Pollable } from "./pollable.ts";
import type { SessionTable } from "./connection-table.ts";
import { Session, type SessionHooks, type SessionOptions } from "./connection-entry.ts";

/** What a finished handshake brings. */
export interface SessionMaterial {
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly peerParameters: TransportParameters;
  /** Taken over by the connection. */
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  readonly handshakeRttMs: number | undefined;
}

export interface SessionsParts {
  readonly options: EndpointOptions;
  readonly limits: EndpointLimits;
  readonly table: SessionTable;
  readonly agenda: Agenda<Pollable>;
  readonly events: EventQueue;
  readonly createConnection: ConnectionFactory;
}

export class Sessions {
  readonly budget: EndpointBudget;
  readonly #parts: SessionsParts;
  readonly #connectionLimits: ConnectionLimits;
  readonly #hooks: SessionHooks;
  /** What lives for each peer and direction of the dial, oldest first: one, or a few of which one will be confirmed. */
  readonly #livingByPeer = new Map<string, Set<Session>>();

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#connectionLimits = connectionLimits(parts.options);
    const { receiveBudgetBytes, sendBudgetBytes } = parts.limits;
    this.budget = parts.options.budget ?? new EndpointBudget(receiveBudgetBytes, sendBudgetBytes);
    this.#hooks = {
      touched: (session) => this.#work(session),
      refused: (session) => {
        if (this.budget.sendFreeBytes < this.budget.sendWakeBytes) this.budget.waitForSend(session.onSendMemory);
      },
      // Its turn to be polled finds out what to tell.
      sendMemoryFreed: (session) => this.#parts.agenda.wake(session),
      polled: (session) => {
        this.#collect(session);
        this.#forgetIfDrained(session);
      },
    };
  }

  /** Whether the receive window of one connection more fits the budget: its constructor reserves it. */
  get hasBudget(): boolean {
    const { receiveReservedBytes, receiveLimitBytes } = this.budget;
    return receiveReservedBytes + this.#parts.options.parameters.windowBytes <= receiveLimitBytes;
  }

  get hasRoom(): boolean {
    return this.#parts.table.size < this.#parts.limits.connections;
  }

  /** The responder's: established at once, and the first PING goes out. */
  accept(acceptance: Acceptance, msg3Digest: Uint8Array, nowMs: number): void {
    const session = this.#create("responder", acceptance, { msg3Digest }, nowMs);
    this.#trace(session, "handshake_complete", nowMs);
    this.tellEstablished(session, undefined);
    this.#limitUnconfirmed(session.peer.deviceId, nowMs);
    this.#ping(session, nowMs);
  }

  /** The initiator's: silent until `onFirstOpened`. */
  prepareDialled(material: SessionMaterial, onFirstOpened: (nowMs: number) => boolean, nowMs: number): Session {
    return this.#create("initiator", material, { onFirstOpened }, nowMs);
  }

  /** A packet of section 3 whose session id matched. @returns why it was dropped, if it was */
  receivePacket(session: Session, datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const reason = session.connection.receive(datagram, nowMs);
    if (!session.isConfirmed && session.connection.openedPackets > 0) {
      session.isConfirmed = true;
      if (session.onFirstOpened?.(nowMs) === false) return reason;
      if (!session.isDialled) this.#trace(session, "handshake_confirmed", nowMs);
      this.#replaceOlder(session, nowMs);
    }
    if (session.maySend) this.#work(session);
    return reason;
  }

  /** @returns why nothing was done, if so */
  receiveRepeatedMsg3(session: Session, datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const digest = session.msg3Digest;
    if (digest === undefined || !session.connection.isEstablished) return "unexpected-handshake";
    if (nowMs - session.lastMsg3PingMs < THROTTLE_MS) return "repeat-throttled";
    if (!constantTimeEqual(this.#parts.options.crypto.blake2s(datagram), digest)) return "unexpected-handshake";
    this.#ping(session, nowMs);
    return undefined;
  }

  /** Ends what lives for that peer and direction, because another connection took its place. @returns whether anything did */
  replace(deviceId: string, isDialled: boolean, nowMs: number): boolean {
    const living = [...(this.#livingByPeer.get(replacementKey(deviceId, isDialled)) ?? [])];
    for (const session of living) this.#endReplaced(session, nowMs);
    return living.length > 0;
  }

  /** Forgets a session that never was established; the connection must have ended. */
  discard(session: Session): void {
    this.#parts.table.removeSession(session);
    this.#parts.agenda.forget(session);
  }

  #create(role: Role, material: SessionMaterial, more: Partial<SessionOptions>, nowMs: number): Session {
    const { options, table, createConnection } = this.#parts;
    const { sendKey, receiveKey, handshakeRttMs, peerParameters, sessionLow, sessionHigh, address, peer } = material;
    const sessionId = encodeSessionId(sessionLow, sessionHigh);
    const [initiatorKey, responderKey] = role === "initiator" ? [sendKey, receiveKey] : [receiveKey, sendKey];
    options.keyLog?.(toHex(sessionId), initiatorKey.slice(), responderKey.slice());
    const connection = createConnection({
      role,
      sessionId,
      sendKey,
      receiveKey,
      localParameters: options.parameters,
      peerParameters,
      handshakeRttMs,
      crypto: options.crypto,
      random: options.random,
      limits: this.#connectionLimits,
      budget: this.budget,
      trace: options.trace,
      congestion: options.congestion,
      nowMs,
    });
    const isDialled = role === "initiator";
    const session = new Session(
      { connection, sessionLow, sessionHigh, address, peer, isDialled, ...more },
      this.#hooks,
    );
    table.addSession(session);
    return session;
  }

  /** From here on the application has it. */
  tellEstablished(session: Session, attempt: DialAttempt | undefined): void {
    const key = replacementKey(session.peer.deviceId, session.isDialled);
    this.#livingByPeer.set(key, (this.#livingByPeer.get(key) ?? new Set()).add(session));
    const { stream: connection, peer, isDialled: dialled } = session;
    this.#parts.events.push({ type: "established", connection, peer, dialled, attempt });
  }

  #ping(session: Session, nowMs: number): void {
    session.lastMsg3PingMs = nowMs;
    session.connection.sendPing(nowMs);
    this.#work(session);
  }

  /** The first packet that opens on a new connection closes the old one (dsoftbus-transport.md#3-handshake-over-udp). */
  #replaceOlder(session: Session, nowMs: number): void {
    const living = this.#livingByPeer.get(replacementKey(session.peer.deviceId, session.isDialled)) ?? [];
    for (const other of [...living]) {
      if (other === session) return;
      this.#endReplaced(other, nowMs);
    }
  }

  /**
   * Whoever finishes handshakes and never sends a packet would otherwise reserve a window for each. The newest few stay: any of
   * them may be the one that the peer goes on with.
   */
  #limitUnconfirmed(deviceId: string, nowMs: number): void {
    const living = this.#livingByPeer.get(replacementKey(deviceId, false)) ?? [];
    const unconfirmed = [...living].filter((session) => !session.isConfirmed);
    const { unconfirmedPerPeer } = this.#parts.limits;
    for (const session of unconfirmed.slice(0, -unconfirmedPerPeer)) this.#endReplaced(session, nowMs);
  }

  #endReplaced(session: Session, nowMs: number): void {
    session.connection.endLocally("REPLACED", nowMs);
    this.#work(session);
  }

  #trace({ sessionLow, sessionHigh, peer }: Session, step: HandshakeStep, nowMs: number): void {
    const { trace } = this.#parts.options;
    if (trace !== undefined) traceStep(trace, nowMs, [sessionLow, sessionHigh], step, { peer: peer.deviceId });
  }

  /** Something happened to it: its events are told, and its turn to send comes. */
  #work(session: Session): void {
    this.#collect(session);
    if (!this.#forgetIfDrained(session)) this.#parts.agenda.wake(session);
  }

  #collect(session: Session): void {
    for (const event of session.connection.takeEvents()) {
      this.#parts.events.push({ ...event, connection: session.stream });
      if (event.type !== "closed") continue;
      this.budget.stopWaiting(session.onSendMemory);
      const key = replacementKey(session.peer.deviceId, session.isDialled);
      const living = this.#livingByPeer.get(key);
      living?.delete(session);
      if (living?.size === 0) this.#livingByPeer.delete(key);
    }
  }

  #forgetIfDrained(session: Session): boolean {
    if (!session.connection.isDrained) return false;
    this.discard(session);
    return true;
  }
}

function replacementKey(deviceId: string, isDialled: boolean): string {
  return `${deviceId} ${isDialled ? "dialled" : "accepted"}`;
}
