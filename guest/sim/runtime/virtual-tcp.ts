/** TCP of all hosts in virtual time: who listens where, and how a connection comes to be. */
import { SocketError } from "../../runtime/runtime.ts";
import { NO_BYTES, type ObservedSegment, type SegmentObserver, TcpFlag } from "./segment-observer.ts";
import { VirtualTcpConnection } from "./virtual-tcp-connection.ts";
import type { SocketAddress, TcpConnection, TcpListener, TcpSockets } from "../../runtime/runtime.ts";
import type { Network } from "../network/network.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";
import type { PortAllocator } from "./ports.ts";

const FIRST_SYN_RETRY_MS = 1_000;

type OnConnection = (connection: TcpConnection) => void;

/** Shared by all hosts of a world. */
export class VirtualTcpNetwork {
  readonly network: Network;
  readonly queue: EventQueue;
  readonly #observer: SegmentObserver | undefined;
  readonly #listeners = new Map<string, OnConnection>();
  readonly #connectionsByHost = new Map<string, Set<VirtualTcpConnection>>();

  /** @param observer sees the segments; undefined: nobody does */
  constructor(network: Network, queue: EventQueue, observer?: SegmentObserver) {
    this.network = network;
    this.queue = queue;
    this.#observer = observer;
  }

  socketsOf(host: string, ports: PortAllocator): TcpSockets {
    return {
      listen: async (local, onConnection) => this.#listen(host, local, onConnection, ports),
      connect: (remote, deadlineMs) => this.#connect({ host, port: ports.next() }, remote, deadlineMs),
    };
  }

  /** The host lost power. */
  loseHost(host: string): void {
    for (const key of [...this.#listeners.keys()]) if (key.startsWith(`${host}|`)) this.#listeners.delete(key);
    for (const connection of this.#connectionsByHost.get(host) ?? []) connection.lose();
    this.#connectionsByHost.delete(host);
  }

  #listen(host: string, local: SocketAddress, onConnection: OnConnection, ports: PortAllocator): TcpListener {
    const address = { host, port: local.port === 0 ? ports.next() : local.port };
    const key = `${address.host}|${address.port}`;
    if (this.#listeners.has(key)) {
      throw new SocketError("EADDRINUSE", `cannot listen on TCP ${host} port ${address.port}: in use`);
    }
    this.#listeners.set(key, onConnection);
    return {
      local: address,
      close: () => {
        if (this.#listeners.get(key) === onConnection) this.#listeners.delete(key);
      },
    };
  }

  #connect(local: SocketAddress, remote: SocketAddress, deadlineMs: number): Promise<TcpConnection> {
    return new Promise((resolve, reject) => {
      let isDecided = false;
      let answering: VirtualTcpConnection | undefined;
      const fail = (code: string): void => {
        if (isDecided) return;
        isDecided = true;
        reject(new SocketError(code, `cannot connect to TCP ${remote.host} port ${remote.port}: ${code}`));
      };
      this.queue.schedule(deadlineMs, () => fail("ETIMEDOUT"));
      const onSyn = (): void => {
        if (!this.network.isHostUp(remote.host)) return;
        this.#observer?.onSegmentArriving(this.#opening(local, remote, TcpFlag.SYN));
        const listener = this.#listeners.get(`${remote.host}|${remote.port}`);
        const answerMs = this.network.segmentDelayMs(remote, local, 0);
        const answer = (listener === undefined ? TcpFlag.RST : TcpFlag.SYN) | TcpFlag.ACK;
        this.#observer?.onSegmentSent(this.#opening(remote, local, answer), answerMs === undefined);
        if (listener !== undefined) answering ??= this.#newEnd(remote, local);
        if (answerMs === undefined) return;
        this.queue.schedule(this.queue.nowMs + answerMs, () => {
          if (this.network.isHostUp(local.host)) {
            this.#observer?.onSegmentArriving(this.#opening(remote, local, answer));
          }
          if (listener === undefined || answering === undefined) return fail("ECONNREFUSED");
          if (isDecided) return;
          isDecided = true;
          const dialled = this.#newEnd(local, remote);
          VirtualTcpConnection.join(dialled, answering);
          resolve(dialled);
          listener(answering);
        });
      };
      this.#sendSyn(local, remote, FIRST_SYN_RETRY_MS, onSyn, () => isDecided);
    });
  }

  #sendSyn(
    local: SocketAddress,
    remote: SocketAddress,
    retryMs: number,
    onSyn: () => void,
    isDecided: () => boolean,
  ): void {
    if (isDecided()) return;
    const delayMs = this.network.segmentDelayMs(local, remote, 0);
    this.#observer?.onSegmentSent(this.#opening(local, remote, TcpFlag.SYN), delayMs === undefined);
    if (delayMs !== undefined) this.queue.schedule(this.queue.nowMs + delayMs, onSyn);
    this.queue.schedule(this.queue.nowMs + retryMs, () => this.#sendSyn(local, remote, retryMs * 2, onSyn, isDecided));
  }

  /** A segment of the handshake. */
  #opening(from: SocketAddress, to: SocketAddress, flags: number): ObservedSegment {
    const acknowledged = (flags & TcpFlag.ACK) === 0 ? 0 : 1;
    return { atMs: this.queue.nowMs, from, to, flags, sequence: 0, acknowledged, bytes: NO_BYTES };
  }

  #newEnd(local: SocketAddress, remote: SocketAddress): VirtualTcpConnection {
    const connection = new VirtualTcpConnection(local, remote, this.network, this.queue, this.#observer);
    const ofHost = this.#connectionsByHost.get(local.host) ?? new Set();
    ofHost.add(connection);
    this.#connectionsByHost.set(local.host, ofHost);
    return connection;
  }
}
