import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import {
  type Clock,
  MAX_BATCH_DATAGRAMS,
  type ReceivedDatagram,
  type SocketAddress,
  type UdpSocket,
  type UdpSockets,
} from "../runtime/runtime.ts";
import { asSocketError } from "./socket-error.ts";

/** Asked from the kernel, which caps it at net.core.rmem_max: a slow guest loses datagrams in its socket buffer first. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const SEND_BUFFER_BYTES = 1024 * 1024;

/** UDP over `node:dgram`. */
export class NodeUdpSockets implements UdpSockets {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async bind(local: SocketAddress): Promise<NodeUdpSocket> {
    const socket = openSocket(local.host);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (error) => {
        socket.close();
        reject(asSocketError(error, `cannot bind UDP ${local.host} port ${local.port}`));
      });
      socket.bind({ address: local.host, port: local.port, exclusive: true }, resolve);
    });
    socket.removeAllListeners("error");
    return new NodeUdpSocket(socket);
  }

  async isPortClosed(remote: SocketAddress, deadlineMs: number): Promise<boolean> {
    const socket = openSocket(remote.host);
    return await new Promise<boolean>((resolve) => {
      const settle = (isClosed: boolean): void => {
        deadline.cancel();
        socket.close();
        resolve(isClosed);
      };
      const deadline = this.#clock.setTimer(deadlineMs, () => settle(false));
      // Only a connected socket is told about ICMP errors.
      socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNREFUSED"));
      socket.connect(remote.port, remote.host, () => socket.send(new Uint8Array(0), ignoreSendError));
    });
  }
}

/** One UDP socket; what arrives within one turn of the event loop is handed over as one batch. */
export class NodeUdpSocket implements UdpSocket {
  readonly local: SocketAddress;
  readonly #socket: Socket;
  #batch: ReceivedDatagram[] = [];
  #flushScheduled: NodeJS.Immediate | undefined;
  #handler: ((batch: readonly ReceivedDatagram[]) => void) | undefined;
  #isClosed = false;
  #lastSource: SocketAddress = { host: "", port: 0 };

  constructor(socket: Socket) {
    this.#socket = socket;
    const address = socket.address();
    this.local = { host: address.address, port: address.port };
    growBuffers(socket);
    socket.on("message", (message, remote) => {
      this.#receive({
        bytes: new Uint8Array(message.buffer, message.byteOffset, message.length),
        from: this.#sourceOf(remote),
      });
    });
    socket.on("error", ignoreSendError);
  }

  onDatagrams(handler: (batch: readonly ReceivedDatagram[]) => void): void {
    this.#handler = handler;
  }

  send(datagram: Uint8Array, to: SocketAddress): void {
    if (this.#isClosed) return;
    // A datagram may claim to come from port 0 (RFC 768), and for an answer to it node throws.
    if (to.port === 0) return;
    // Whoever asks for a callback pays for a tick of each datagram, and what failed is lost as the network may lose it.
    this.#socket.send(datagram, to.port, to.host);
  }

  get hasSentAll(): boolean {
    return !this.#isClosed && this.#socket.getSendQueueCount() === 0;
  }

  setBroadcast(enabled: boolean): void {
    this.#socket.setBroadcast(enabled);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearImmediate(this.#flushScheduled);
    this.#batch = [];
    this.#socket.close();
  }

  /** Most datagrams come from where the one before came from. */
  #sourceOf({ address, port }: { readonly address: string; readonly port: number }): SocketAddress {
    const last = this.#lastSource;
    if (last.port !== port || last.host !== address) this.#lastSource = { host: address, port };
    return this.#lastSource;
  }

  #receive(datagram: ReceivedDatagram): void {
    this.#batch.push(datagram);
    if (this.#batch.length >= MAX_BATCH_DATAGRAMS) this.#flush();
    // The check phase follows the poll phase in which libuv reads everything that waits.
    else this.#flushScheduled ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#flushScheduled);
    this.#flushScheduled = undefined;
    const batch = this.#batch;
    this.#batch = [];
    if (!this.#isClosed) this.#handler?.(batch);
  }
}

/** Hosts are numeric: a synchronous look-up keeps `send` from a detour through the resolver. */
export function openSocket(host: string): Socket {
  const family = isIPv6(host) ? 6 : 4;
  return createSocket({
    type: family === 6 ? "udp6" : "udp4",
    lookup: (name, _options, callback) => callback(null, name, family),
  });
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    socket.setSendBufferSize(SEND_BUFFER_BYTES);
  } catch {
    // Smaller buffers lose more under load, which the transport repairs.
  }
}

function ignoreSendError(): void {
  // What isn't taken is lost; the answer of `isPortClosed` is the error event, or its absence.
}
