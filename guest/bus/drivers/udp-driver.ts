/**
 * The loop around one UDP socket and its endpoint: receive a batch, handle events synchronously, poll, send, arm one timer. What
 * an event makes the application print is printed before the datagram leaves that lets the peer go on.
 */
import {
  type ConnectionEnd,
  type DialHandle,
  type DialOptions,
  type DialTarget,
  Endpoint,
  type EndpointBudget,
  type EndpointEvent,
  type EndpointOptions,
  type EndpointStats,
  PacketType,
  type ConnectionHandle,
  udpSecFailureOf,
} from "../../core/index.ts";
import type { Clock, ReceivedDatagram, SocketAddress, UdpSocket } from "../../runtime/runtime.ts";
import { BusSession } from "../sessions/bus-session.ts";
import { Deadline, sleep } from "../sessions/deadline.ts";
import { DialFailure } from "./udp-sec-dial-error.ts";
import { FlushTurn } from "./flush-turn.ts";
import { ReceiveOrder } from "./receive-order.ts";
import { plainStats } from "./plain-stats.ts";
import { refusedDial } from "./refused-dial.ts";

/** How often a closing driver looks whether its connections have lingered to their end. */
const LINGER_CHECK_MS = 20;
/**
 * A turn that has sent for this long lets the socket be read. A whole window may be due at once, and on an emulated machine beside others a
 * datagram takes tenths of a second: acknowledgements then wait unread until their connection counts as idle.
 */
const MAX_SENDING_MS = 20;

export interface DriverStats extends EndpointStats {
  /** First messages of handshakes that were not looked at, because the socket was busy. */
  readonly firstMessagesPassedOver: number;
}

export class UdpDriver {
  readonly #socket: UdpSocket;
  readonly #endpoint: Endpoint;
  readonly #clock: Clock;
  readonly #onSession: (session: BusSession) => void;
  readonly #sessions = new Map<ConnectionHandle, BusSession>();
  /** Accepted on a MSG3, and nothing has opened since: the endpoint keeps few of a peer. */
  readonly #unconfirmed = new Map<ConnectionHandle, BusSession>();
  readonly #dials = new Map<DialHandle, PendingDial>();
  readonly #dirty = new Set<BusSession>();
  readonly #heldBack = new Set<BusSession>();
  /** Undefined: the endpoint has memory of its own, and frees it only while this driver runs. */
  readonly #budget: EndpointBudget | undefined;
  readonly #onSendMemory = (): void => this.#turn.request();
  readonly #turn = new FlushTurn(() => this.#flush());
  readonly #deadline: Deadline;
  readonly #order = new ReceiveOrder();
  #passedOver = 0;
  #isAccepting = true;
  #isClosed = false;

  /** @param onSession called synchronously for every session, dialled or accepted */
  constructor(socket: UdpSocket, options: EndpointOptions, clock: Clock, onSession: (session: BusSession) => void) {
    this.#socket = socket;
    this.#endpoint = new Endpoint({ ...options, areDatagramsDone: () => socket.hasSentAll });
    this.#budget = options.budget;
    this.#clock = clock;
    this.#onSession = onSession;
    this.#deadline = new Deadline(clock, () => this.#turn.run());
    socket.onDatagrams((batch) => this.#receive(batch));
  }

  get local(): SocketAddress {
    return this.#socket.local;
  }

  /** No connection, none that lingers, and no dial: closing it ends nothing. */
  get isUnused(): boolean {
    const { connections, dialAttempts } = this.stats();
    return connections === 0 && dialAttempts === 0;
  }

  stats(): DriverStats {
    return { ...this.#endpoint.stats(), firstMessagesPassedOver: this.#passedOver };
  }

  /** @param options as the endpoint takes them @throws BusError */
  async dial(target: DialTarget, options: DialOptions): Promise<BusSession> {
    const attempt = this.#begin(target, options);
    const session = new Promise<BusSession>((resolve, reject) => this.#dials.set(attempt, { resolve, reject }));
    this.#turn.request();
    return await session;
  }

  /** Answers no new dialler: to the peer it is as if nobody listened, not as if it were refused. */
  stopAccepting(): void {
    this.#isAccepting = false;
  }

  /** Waits until no connection lingers, at most until `deadlineMs`, then closes the socket. */
  async close(deadlineMs: number): Promise<void> {
    for (const attempt of this.#dials.keys()) this.#endpoint.abandon(attempt, this.#clock.nowMs());
    this.#turn.run();
    while (this.#endpoint.stats().connections > 0 && this.#clock.nowMs() < deadlineMs) {
      await sleep(this.#clock, LINGER_CHECK_MS);
    }
    this.#isClosed = true;
    this.#budget?.stopWaiting(this.#onSendMemory);
    this.#deadline.cancel();
    this.#socket.close();
  }

  #begin(target: DialTarget, options: DialOptions): DialHandle {
    try {
      return this.#endpoint.dial(target, options, this.#clock.nowMs());
    } catch (error) {
      throw refusedDial(error);
    }
  }

  #receive(batch: readonly ReceivedDatagram[]): void {
    const nowMs = this.#clock.nowMs();
    const { datagrams, passedOver } = this.#order.order(batch, nowMs);
    this.#passedOver += passedOver;
    // What was passed over left nothing to do, and timers call by themselves.
    if (datagrams.length === 0) return;
    for (const { bytes, from } of datagrams) {
      if (this.#isAccepting || !isFromDialler(bytes)) this.#endpoint.receive(bytes, from, nowMs);
      if (this.#unconfirmed.size > 0) this.#confirm();
    }
    this.#turn.run();
  }

  #flush(): void {
    if (this.#isClosed) return;
    const nowMs = this.#clock.nowMs();
    this.#handleEvents(nowMs);
    // Sending runs the timers that are due, which may make new events.
    let hasMore: boolean;
    do hasMore = this.#send(nowMs);
    while (this.#handleEvents(nowMs) && !hasMore);
    if (hasMore) this.#turn.leave();
    this.#deadline.set(hasMore ? nowMs : this.#endpoint.nextDeadlineMs());
  }

  /** @returns whether there was anything */
  #handleEvents(nowMs: number): boolean {
    let hadWork = false;
    for (;;) {
      const events = this.#endpoint.takeEvents();
      for (const event of events) this.#handle(event);
      if (events.length === 0 && this.#dirty.size === 0) return hadWork;
      hadWork = true;
      const dirty = [...this.#dirty];
      this.#dirty.clear();
      for (const session of dirty) {
        session.advance(nowMs);
        if (session.isHeldBack) this.#heldBack.add(session);
      }
    }
  }

  #handle(event: EndpointEvent): void {
    switch (event.type) {
      case "established":
        return this.#establish(event.connection, event.peer.deviceId, event.dialled, event.dial);
      case "dial-failed":
        return this.#failDial(event.dial, event.end);
      case "readable":
      case "writable":
        return this.#touch(event.connection);
      case "closed":
        this.#touch(event.connection);
        this.#sessions.delete(event.connection);
        this.#unconfirmed.delete(event.connection);
        return;
    }
  }

  #establish(
    connection: ConnectionHandle,
    peerDeviceId: string,
    dialled: boolean,
    attempt: DialHandle | undefined,
  ): void {
    const session: BusSession = new BusSession(
      {
        connection,
        budget: this.#budget,
        peerDeviceId,
        dialled,
        isConfirmed: connection.openedPackets > 0,
        wake: () => {
          this.#dirty.add(session);
          this.#turn.request();
        },
        replace: (nowMs) => void this.#endpoint.replace(peerDeviceId, dialled, nowMs),
        stats: () => plainStats(connection.stats()),
      },
      this.#clock,
    );
    this.#sessions.set(connection, session);
    if (connection.openedPackets === 0) this.#unconfirmed.set(connection, session);
    this.#dirty.add(session);
    this.#onSession(session);
    if (attempt === undefined) return;
    this.#dials.get(attempt)?.resolve(session);
    this.#dials.delete(attempt);
  }

  /** A CLOSE of the peer's confirms nothing. */
  #confirm(): void {
    for (const [connection, session] of this.#unconfirmed) {
      if (connection.openedPackets === 0) continue;
      this.#unconfirmed.delete(connection);
      if (connection.end?.by !== "peer") session.confirm();
    }
  }

  #failDial(attempt: DialHandle, end: ConnectionEnd): void {
    this.#dials.get(attempt)?.reject(new DialFailure(end, udpSecFailureOf(end.name, attempt.isAuthenticated)));
    this.#dials.delete(attempt);
  }

  #touch(connection: ConnectionHandle): void {
    const session = this.#sessions.get(connection);
    if (session !== undefined) this.#dirty.add(session);
  }

  /** @returns whether there may be more to send, in another turn */
  #send(nowMs: number): boolean {
    let hasMore = false;
    while (!hasMore) {
      const out = this.#endpoint.poll(nowMs);
      if (out === undefined) break;
      this.#socket.send(out.datagram, out.to);
      hasMore = this.#clock.nowMs() - nowMs >= MAX_SENDING_MS;
    }
    if (this.#heldBack.size > 0) this.#lookAtHeldBack();
    return hasMore;
  }

  #lookAtHeldBack(): void {
    for (const session of this.#heldBack) {
      if (!session.isHeldBack) {
        this.#heldBack.delete(session);
        this.#dirty.add(session);
      } else if (session.hasNoRoom) {
        this.#budget?.waitForSend(this.#onSendMemory);
      }
    }
  }
}

/** What only the initiator of a handshake sends. */
function isFromDialler(datagram: Uint8Array): boolean {
  return datagram[1] === PacketType.MSG1 || datagram[1] === PacketType.MSG3;
}

interface PendingDial {
  readonly resolve: (session: BusSession) => void;
  readonly reject: (error: Error) => void;
}
