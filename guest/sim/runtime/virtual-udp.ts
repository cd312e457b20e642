/** UDP sockets of one host in virtual time. */
import { MAX_BATCH_DATAGRAMS, SocketError } from "../../runtime/runtime.ts";
import type { ReceivedDatagram, SocketAddress, UdpSocket, UdpSockets } from "../../runtime/runtime.ts";
import type { Network } from "../network/network.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";
import type { PortAllocator } from "./ports.ts";

export class VirtualUdpSockets implements UdpSockets {
  readonly #host: string;
  readonly #network: Network;
  readonly #queue: EventQueue;
  readonly #ports: PortAllocator;
  readonly #open = new Set<VirtualUdpSocket>();

  constructor(host: string, network: Network, queue: EventQueue, ports: PortAllocator) {
    this.#host = host;
    this.#network = network;
    this.#queue = queue;
    this.#ports = ports;
  }

  async bind(local: SocketAddress): Promise<UdpSocket> {
    const port = local.port === 0 ? this.#ports.next() : local.port;
    const address = { host: this.#host, port };
    if (this.#network.isBound(address)) {
      throw new SocketError("EADDRINUSE", `cannot bind UDP ${local.host} port ${port}: in use`);
    }
    const socket = new VirtualUdpSocket(address, this.#network, this.#queue, () => this.#open.delete(socket));
    this.#open.add(socket);
    return socket;
  }

  /** As an ICMP port unreachable tells: only of a host that can be reached, and whose datagrams come back. */
  async isPortClosed(remote: SocketAddress, deadlineMs: number): Promise<boolean> {
    const own = { host: this.#host, port: this.#ports.next() };
    const thereMs = this.#network.probeDelayMs(own, remote);
    const backMs = this.#network.probeDelayMs(remote, own);
    const answerMs = this.#queue.nowMs + (thereMs ?? Infinity) + (backMs ?? Infinity);
    const isHeard = answerMs <= deadlineMs && this.#network.isHostUp(remote.host);
    return new Promise((resolve) => {
      this.#queue.schedule(isHeard ? answerMs : deadlineMs, () => {
        resolve(isHeard && !this.#network.isBound(remote));
      });
    });
  }

  /** The host lost power: nothing is sent any more, nothing received. */
  closeAll(): void {
    for (const socket of [...this.#open]) socket.close();
  }
}

class VirtualUdpSocket implements UdpSocket {
  readonly local: SocketAddress;
  /** The network has them until they arrive. */
  readonly hasSentAll = false;
  readonly #network: Network;
  readonly #queue: EventQueue;
  readonly #onClose: () => void;
  #batch: ReceivedDatagram[] = [];
  #handler: ((batch: readonly ReceivedDatagram[]) => void) | undefined;
  #isClosed = false;

  constructor(local: SocketAddress, network: Network, queue: EventQueue, onClose: () => void) {
    this.local = local;
    this.#network = network;
    this.#queue = queue;
    this.#onClose = onClose;
    network.bind(local, (bytes, from) => this.#receive({ bytes, from }));
  }

  onDatagrams(handler: (batch: readonly ReceivedDatagram[]) => void): void {
    this.#handler = handler;
  }

  send(datagram: Uint8Array, to: SocketAddress): void {
    if (!this.#isClosed) this.#network.send(datagram, this.local, to);
  }

  setBroadcast(_enabled: boolean): void {
    // No broadcast domain in the virtual world: unicast announcements work, others go nowhere.
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#batch = [];
    this.#network.unbind(this.local);
    this.#onClose();
  }

  /** What arrives at one moment is one batch, as a socket read once per turn of an event loop. */
  #receive(datagram: ReceivedDatagram): void {
    this.#batch.push(datagram);
    if (this.#batch.length >= MAX_BATCH_DATAGRAMS) this.#flush();
    else if (this.#batch.length === 1) this.#queue.schedule(this.#queue.nowMs, () => this.#flush());
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#handler?.(batch);
  }
}
