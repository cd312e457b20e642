/** The connections of an endpoint from their keys to their end: made, fed, observed, replaced, forgotten. */
import type { Role } from "../../byte-stream.ts";
import { constantTimeEqual } from "../../bytes/constant-time.ts";
import { toHex } from "../../bytes/hex.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import { DatagramSlab } from "../packet/datagram-slab.ts";
import { connectionLimits, type EndpointLimits, type EndpointOptions } from "./endpoint-options.ts";
import type { FinishedHandshake } from "../handshake/handshake-settings.ts";
import { type HandshakeMilestone, traceMilestone } from "../handshake/handshake-trace.ts";
import { THROTTLE_MS } from "../handshake/constants.ts";
import { encodeSessionId, type Header } from "../packet/header.ts";
import type { ConnectionLimits } from "../connection/connection-limits.ts";
import type { ConnectionFactory } from "../connection/transport-connection.ts";
import type { Agenda, Pollable } from "./agenda.ts";
import type { DialHandle } from "./dial-handle.ts";
import type { EndpointEventQueue } from "./endpoint-event.ts";
import type { ConnectionTable } from "./connection-table.ts";
import { ConnectionEntry, type ConnectionEntryHooks, type ConnectionEntryOptions } from "./connection-entry.ts";

export interface ConnectionRegistryParts {
  readonly options: EndpointOptions;
  readonly limits: EndpointLimits;
  readonly table: ConnectionTable;
  readonly agenda: Agenda<Pollable>;
  readonly events: EndpointEventQueue;
  readonly createConnection: ConnectionFactory;
}

export class ConnectionRegistry {
  readonly budget: EndpointBudget;
  readonly #parts: ConnectionRegistryParts;
  readonly #connectionLimits: ConnectionLimits;
  readonly #memory: DatagramSlab;
  readonly #hooks: ConnectionEntryHooks;
  /** What lives for each peer and direction of the dial, oldest first: one, or a few of which one will be confirmed. */
  readonly #livingByPeer = new Map<string, Set<ConnectionEntry>>();

  constructor(parts: ConnectionRegistryParts) {
    this.#parts = parts;
    this.#memory = new DatagramSlab(parts.options.areDatagramsDone);
    this.#connectionLimits = connectionLimits(parts.options);
    const { receiveBudgetBytes, sendBudgetBytes } = parts.limits;
    this.budget = parts.options.budget ?? new EndpointBudget(receiveBudgetBytes, sendBudgetBytes);
    this.#hooks = {
      touched: (entry) => this.#work(entry),
      refused: (entry) => {
        if (this.budget.sendFreeBytes < this.budget.sendWakeBytes) this.budget.waitForSend(entry.onSendMemory);
      },
      // Its turn to be polled finds out what to tell.
      sendMemoryFreed: (entry) => this.#parts.agenda.wake(entry),
      polled: (entry) => {
        this.#collect(entry);
        this.#forgetIfDrained(entry);
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
  accept(finished: FinishedHandshake, msg3Digest: Uint8Array, nowMs: number): void {
    const entry = this.#create("responder", finished, { msg3Digest }, nowMs);
    this.#trace(entry, "handshake_complete", nowMs);
    this.tellEstablished(entry, undefined);
    this.#limitUnconfirmed(entry.peer.deviceId, nowMs);
    this.#ping(entry, nowMs);
  }

  /** The initiator's: silent until `onFirstOpened`. */
  prepareDialled(
    finished: FinishedHandshake,
    onFirstOpened: (nowMs: number) => boolean,
    nowMs: number,
  ): ConnectionEntry {
    return this.#create("initiator", finished, { onFirstOpened }, nowMs);
  }

  /** A packet (dsoftbus-transport.md#4-packets) whose session id and address matched. @returns why it was dropped, if it was */
  receivePacket(entry: ConnectionEntry, datagram: Uint8Array, header: Header, nowMs: number): DropReason | undefined {
    const reason = entry.connection.receive(datagram, nowMs, header);
    if (!entry.isConfirmed && entry.connection.openedPackets > 0) {
      entry.isConfirmed = true;
      if (entry.onFirstOpened?.(nowMs) === false) return reason;
      if (!entry.isDialled) this.#trace(entry, "handshake_confirmed", nowMs);
      // A CLOSE is nobody's wish to go on here: that of an attempt long given up may come late, after the next one has a session.
      if (entry.connection.end?.by !== "peer") this.#replaceOlder(entry, nowMs);
    }
    if (entry.maySend) this.#work(entry);
    return reason;
  }

  /** @returns why nothing was done, if so */
  receiveRepeatedMsg3(entry: ConnectionEntry, datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const digest = entry.msg3Digest;
    if (digest === undefined || !entry.connection.isEstablished) return "unexpected-handshake";
    if (nowMs - entry.lastMsg3PingMs < THROTTLE_MS) return "repeat-throttled";
    if (!constantTimeEqual(this.#parts.options.crypto.blake2s(datagram), digest)) return "unexpected-handshake";
    this.#ping(entry, nowMs);
    return undefined;
  }

  /** Ends what lives for that peer and direction, because another connection took its place. @returns whether anything did */
  replace(deviceId: string, isDialled: boolean, nowMs: number): boolean {
    const living = [...(this.#livingByPeer.get(replacementKey(deviceId, isDialled)) ?? [])];
    for (const entry of living) this.#endReplaced(entry, nowMs);
    return living.length > 0;
  }

  /** Forgets a connection that never was established; the connection must have ended. */
  discard(entry: ConnectionEntry): void {
    this.#parts.table.removeConnection(entry);
    this.#parts.agenda.forget(entry);
  }

  #create(
    role: Role,
    finished: FinishedHandshake,
    more: Partial<ConnectionEntryOptions>,
    nowMs: number,
  ): ConnectionEntry {
    const { options, table, createConnection } = this.#parts;
    const { sendKey, receiveKey, handshakeRttMs, peerParameters, sessionLow, sessionHigh, address, peer } = finished;
    const sessionId = encodeSessionId(sessionLow, sessionHigh);
    const [initiatorKey, responderKey] = role === "initiator" ? [sendKey, receiveKey] : [receiveKey, sendKey];
    options.keyLog?.sessionKeys(toHex(sessionId), initiatorKey.slice(), responderKey.slice());
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
      memory: this.#memory,
      trace: options.trace,
      congestion: options.congestion,
      nowMs,
    });
    const isDialled = role === "initiator";
    const entry = new ConnectionEntry(
      { connection, sessionLow, sessionHigh, address, peer, isDialled, ...more },
      this.#hooks,
    );
    table.addConnection(entry);
    return entry;
  }

  /** From here on the application has it. */
  tellEstablished(entry: ConnectionEntry, dial: DialHandle | undefined): void {
    const key = replacementKey(entry.peer.deviceId, entry.isDialled);
    this.#livingByPeer.set(key, (this.#livingByPeer.get(key) ?? new Set()).add(entry));
    const { handle: connection, peer, isDialled: dialled } = entry;
    this.#parts.events.push({ type: "established", connection, peer, dialled, dial });
  }

  #ping(entry: ConnectionEntry, nowMs: number): void {
    entry.lastMsg3PingMs = nowMs;
    entry.connection.sendPing(nowMs);
    this.#work(entry);
  }

  /**
   * The first packet that opens on a new connection ends those before it
   * (dsoftbus-transport.md#35-repeats-deadlines-refusals).
   */
  #replaceOlder(entry: ConnectionEntry, nowMs: number): void {
    const living = this.#livingByPeer.get(replacementKey(entry.peer.deviceId, entry.isDialled)) ?? [];
    for (const other of [...living]) {
      if (other === entry) return;
      this.#endReplaced(other, nowMs);
    }
  }

  /**
   * Whoever finishes handshakes and never sends a packet would otherwise reserve a window for each. The newest few stay: any of
   * them may be the one that the peer goes on with.
   */
  #limitUnconfirmed(deviceId: string, nowMs: number): void {
    const living = this.#livingByPeer.get(replacementKey(deviceId, false)) ?? [];
    const unconfirmed = [...living].filter((entry) => !entry.isConfirmed);
    const { unconfirmedPerPeer } = this.#parts.limits;
    for (const entry of unconfirmed.slice(0, -unconfirmedPerPeer)) this.#endReplaced(entry, nowMs);
  }

  #endReplaced(entry: ConnectionEntry, nowMs: number): void {
    entry.connection.endLocally("REPLACED", nowMs);
    this.#work(entry);
  }

  #trace({ sessionLow, sessionHigh, peer }: ConnectionEntry, milestone: HandshakeMilestone, nowMs: number): void {
    const { trace } = this.#parts.options;
    if (trace !== undefined)
      traceMilestone(trace, nowMs, [sessionLow, sessionHigh], milestone, { peer: peer.deviceId });
  }

  /** Something happened to it: its events are told, and its turn to send comes. */
  #work(entry: ConnectionEntry): void {
    this.#collect(entry);
    if (!this.#forgetIfDrained(entry)) this.#parts.agenda.wake(entry);
  }

  #collect(entry: ConnectionEntry): void {
    for (const event of entry.connection.takeEvents()) {
      if (event.type !== "closed") {
        this.#parts.events.tell(event.type, entry.handle);
        continue;
      }
      this.#parts.events.push({ ...event, connection: entry.handle });
      this.budget.stopWaiting(entry.onSendMemory);
      const key = replacementKey(entry.peer.deviceId, entry.isDialled);
      const living = this.#livingByPeer.get(key);
      living?.delete(entry);
      if (living?.size === 0) this.#livingByPeer.delete(key);
    }
  }

  #forgetIfDrained(entry: ConnectionEntry): boolean {
    if (!entry.connection.isDrained) return false;
    this.discard(entry);
    return true;
  }
}

function replacementKey(deviceId: string, isDialled: boolean): string {
  return `${deviceId} ${isDialled ? "dialled" : "accepted"}`;
}
