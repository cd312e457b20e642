/**
 * All connections of one UDP socket, as one synchronous machine: datagrams and time in, datagrams, events and the next deadline
 * out.
 *
 * A driver does, for each batch: `receive` every datagram, take the events (and print what must be printed before the peer can
 * advance), `poll` until undefined and send, take the events again, arm one timer for `nextDeadlineMs`.
 */
import type { Address } from "../../address.ts";
import { Connection } from "../connection/connection.ts";
import { DropCounters, type DropReason } from "../packet/drop-reason.ts";
import { EndpointError } from "./endpoint-error.ts";
import { type EndpointEvent, EndpointEventQueue, type EndpointStats } from "./endpoint-event.ts";
import { type DialOptions, endpointLimits, type EndpointOptions } from "./endpoint-options.ts";
import { Agenda, type Pollable } from "./agenda.ts";
import type { DialHandle } from "./dial-handle.ts";
import { Dialler } from "./dialler.ts";
import { traceDrop, traceHandshakeReceived, traceHandshakeSent } from "./endpoint-trace.ts";
import { ConnectionTable } from "./connection-table.ts";
import { ConnectionRegistry } from "./connection-registry.ts";
import { Acceptor, type AcceptorResult } from "../handshake/acceptor.ts";
import { AnswerQueue, type OutgoingDatagram } from "../handshake/answer-queue.ts";
import type { DialTarget } from "../handshake/handshake-settings.ts";
import { parameterOutOfRange } from "../handshake/parameters-codec.ts";
import { type Header, isHandshakeType, PacketType, parseHeader } from "../packet/header.ts";

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #table = new ConnectionTable();
  readonly #agenda = new Agenda<Pollable>();
  readonly #events = new EndpointEventQueue();
  readonly #drops = new DropCounters();
  readonly #answers: AnswerQueue;
  readonly #registry: ConnectionRegistry;
  readonly #dialler: Dialler;
  /** Undefined: this endpoint only dials. */
  readonly #acceptor: Acceptor | undefined;
  #datagramsReceived = 0;
  #datagramsSent = 0;
  #lastNowMs = 0;

  /** @throws EndpointError `BAD_PARAMETERS` if a transport parameter is out of its range */
  constructor(options: EndpointOptions) {
    const outOfRange = parameterOutOfRange(options.parameters);
    if (outOfRange !== undefined) {
      const value = options.parameters[outOfRange];
      throw new EndpointError(
        "BAD_PARAMETERS",
        `${outOfRange} = ${value} is out of range (dsoftbus-transport.md#32-params)`,
      );
    }
    const limits = endpointLimits(options);
    const parts = { options, table: this.#table, agenda: this.#agenda, events: this.#events };
    this.#options = options;
    this.#answers = new AnswerQueue(limits.queuedAnswers);
    const createConnection = options.createConnection ?? ((setup) => new Connection(setup));
    this.#registry = new ConnectionRegistry({ ...parts, limits, createConnection });
    this.#dialler = new Dialler({
      ...parts,
      registry: this.#registry,
      isHalfTaken: (half) => this.#table.isOwnHalfTaken(half) || this.#isHalfOpenHigh(half),
      isSessionIdTaken: (low, high) =>
        this.#table.findConnection(low, high) !== undefined ||
        this.#acceptor?.halfOpen.findBySession(low, high) !== undefined,
    });
    if (options.accept !== undefined) {
      this.#acceptor = new Acceptor(options, options.accept, limits, {
        isHighTaken: (low, high) =>
          this.#table.isOwnHalfTaken(high) || this.#table.findConnection(low, high) !== undefined,
        hasRoom: () => this.#registry.hasRoom,
        hasBudget: () => this.#registry.hasBudget,
      });
    }
  }

  /**
   * Takes one datagram. What it provokes leaves with `poll`; what it means is in `takeEvents` before that.
   *
   * @param datagram the endpoint's from here on: it may be opened where it lies, and kept until its bytes are read
   * @throws AddressError only, if the driver passes an address that is not numeric
   */
  receive(datagram: Uint8Array, from: Address, nowMs: number): void {
    this.#lastNowMs = nowMs;
    this.#datagramsReceived += 1;
    const header = parseHeader(datagram);
    const { trace } = this.#options;
    if (typeof header === "string") {
      this.#drops.count(header);
      if (trace !== undefined) traceDrop(trace, nowMs, datagram, undefined, header);
      return;
    }
    const reason = this.#dispatch(datagram, header, from, nowMs);
    if (reason !== undefined) {
      this.#drops.count(reason);
      if (trace !== undefined) traceDrop(trace, nowMs, datagram, header, reason);
    } else if (trace !== undefined && isHandshakeType(header.type)) {
      traceHandshakeReceived(trace, nowMs, datagram, header);
    }
  }

  /**
   * Begins a handshake; its first datagram leaves with `poll`, its outcome is an event.
   *
   * @throws EndpointError `ENDPOINT_FULL`, `BAD_TARGET`, `BAD_RANDOM`; AddressError
   */
  dial(target: DialTarget, options: DialOptions, nowMs: number): DialHandle {
    this.#lastNowMs = nowMs;
    return this.#dialler.dial(target, options, nowMs);
  }

  /** Gives a dial up: it fails with HANDSHAKE_TIMEOUT and the reason "abandoned". Does nothing to one that is over. */
  abandon(dial: DialHandle, nowMs: number): void {
    this.#dialler.abandon(dial, nowMs);
  }

  /**
   * Ends the connection with that peer as REPLACED, because one over another transport took its place
   * (dsoftbus-transport.md#35-repeats-deadlines-refusals).
   *
   * @param dialled whether it is the one that this side dialled
   * @returns whether there was one
   */
  replace(deviceId: string, dialled: boolean, nowMs: number): boolean {
    return this.#registry.replace(deviceId, dialled, nowMs);
  }

  /** Runs every timer that is due. @returns the next datagram to send, yours until `areDatagramsDone`: call until undefined */
  poll(nowMs: number): OutgoingDatagram | undefined {
    this.#lastNowMs = nowMs;
    const outgoing = this.#answers.take() ?? this.#pollAgenda(nowMs);
    if (outgoing === undefined) return undefined;
    this.#datagramsSent += 1;
    const { trace } = this.#options;
    if (trace !== undefined) traceHandshakeSent(trace, nowMs, outgoing.datagram);
    return outgoing;
  }

  /** @returns when to call `poll` again; in the past if there is something to send now; undefined if only `receive` can help */
  nextDeadlineMs(): number | undefined {
    if (this.#answers.size > 0 || this.#agenda.hasReady) return this.#lastNowMs;
    return this.#agenda.nextDeadlineMs;
  }

  /** @returns what happened since the last call, in order */
  takeEvents(): EndpointEvent[] {
    return this.#events.take();
  }

  stats(): EndpointStats {
    const { budget } = this.#registry;
    return {
      datagramsReceived: this.#datagramsReceived,
      datagramsSent: this.#datagramsSent,
      drops: this.#drops.snapshot(),
      connections: this.#table.connections,
      dialAttempts: this.#table.dials,
      halfOpen: this.#acceptor?.halfOpen.size ?? 0,
      queuedAnswers: this.#answers.size,
      answersDropped: this.#answers.dropped,
      bucketAddresses: this.#acceptor?.admission.bucketAddresses ?? 0,
      receiveReservedBytes: budget.receiveReservedBytes,
      sendHeldBytes: budget.sendHeldBytes,
    };
  }

  #pollAgenda(nowMs: number): OutgoingDatagram | undefined {
    this.#agenda.wakeDue(nowMs);
    for (let item = this.#agenda.next(); item !== undefined; item = this.#agenda.next()) {
      const outgoing = item.poll(nowMs);
      if (outgoing !== undefined) {
        this.#agenda.requeue(item);
        return outgoing;
      }
      this.#agenda.rest(item, item.nextDeadlineMs());
    }
    return undefined;
  }

  #dispatch(datagram: Uint8Array, header: Header, from: Address, nowMs: number): DropReason | undefined {
    switch (header.type) {
      case PacketType.MSG1:
        return this.#receiveMsg1(datagram, header, from, nowMs);
      case PacketType.MSG2:
      case PacketType.RETRY:
        return this.#receiveForDial(datagram, header, from, nowMs);
      default:
        return this.#receiveForConnection(datagram, header, from, nowMs);
    }
  }

  #receiveMsg1(datagram: Uint8Array, header: Header, from: Address, nowMs: number): DropReason | undefined {
    if (this.#acceptor === undefined) return "not-listening";
    return this.#settle(this.#acceptor.receiveMsg1(datagram, header, from, nowMs), datagram, from, nowMs);
  }

  /** MSG2 and RETRY are found by low half and address. */
  #receiveForDial(datagram: Uint8Array, header: Header, from: Address, nowMs: number): DropReason | undefined {
    const dial = this.#table.findDial(header.sessionLow);
    if (dial === undefined) return "unexpected-handshake";
    if (!isSameAddress(dial.address, from)) return "wrong-address";
    if (header.type === PacketType.MSG2) return this.#dialler.receiveMsg2(dial, datagram, header, nowMs);
    return header.sessionHigh === 0 ? this.#dialler.receiveRetry(dial, datagram, nowMs) : "bad-handshake-header";
  }

  /** MSG3 and packets are found by the full session id and address. */
  #receiveForConnection(datagram: Uint8Array, header: Header, from: Address, nowMs: number): DropReason | undefined {
    const entry = this.#table.findConnection(header.sessionLow, header.sessionHigh);
    if (entry !== undefined) {
      if (!isSameAddress(entry.address, from)) return "wrong-address";
      return isHandshakeType(header.type)
        ? this.#registry.receiveRepeatedMsg3(entry, datagram, nowMs)
        : this.#registry.receivePacket(entry, datagram, header, nowMs);
    }
    const acceptor = this.#acceptor;
    acceptor?.halfOpen.expire(nowMs);
    const halfOpen = acceptor?.halfOpen.findBySession(header.sessionLow, header.sessionHigh);
    if (acceptor === undefined || halfOpen === undefined) return "unknown-session";
    if (!isSameAddress(halfOpen.address, from)) return "wrong-address";
    if (!isHandshakeType(header.type)) return "half-open-session";
    return this.#settle(acceptor.receiveMsg3(datagram, halfOpen, nowMs), datagram, from, nowMs);
  }

  #settle(result: AcceptorResult, datagram: Uint8Array, from: Address, nowMs: number): DropReason | undefined {
    // The half-open table may have changed, and with it the time of its next expiry.
    if (this.#acceptor !== undefined) this.#agenda.wake(this.#acceptor);
    switch (result.type) {
      case "drop":
        return result.reason;
      case "answer":
        this.#answers.push(from, result.datagram);
        return undefined;
      case "accepted":
        this.#registry.accept(result.finished, this.#options.crypto.blake2s(datagram), nowMs);
        return undefined;
    }
  }

  #isHalfOpenHigh(half: number): boolean {
    return this.#acceptor?.halfOpen.isHighTaken(half) ?? false;
  }
}

function isSameAddress(left: Address, right: Address): boolean {
  return left.port === right.port && left.host === right.host;
}
