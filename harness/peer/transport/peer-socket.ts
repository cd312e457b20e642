import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";

const LOOPBACK = "127.0.0.1";

export interface SocketPlace {
  readonly address: string;
  readonly port: number;
}

/** Told of each datagram where it leaves and where it arrives: for who judges them without a capture. */
export type DatagramWatch = (from: SocketPlace, to: SocketPlace, bytes: Uint8Array) => void;

/** One UDP socket, of loopback unless another place is named. */
export class PeerSocket {
  readonly place: SocketPlace;
  onDatagram: (bytes: Uint8Array, from: SocketPlace) => void = () => undefined;
  readonly #socket: Socket;
  readonly #watch: DatagramWatch | undefined;
  #isClosed = false;

  private constructor(socket: Socket, watch: DatagramWatch | undefined) {
    this.#socket = socket;
    this.#watch = watch;
    const { address, port } = socket.address();
    this.place = { address, port };
    socket.on("message", (bytes, { address: from, port: fromPort }) => {
      const sender = { address: from, port: fromPort };
      this.#watch?.(sender, this.place, bytes);
      this.onDatagram(bytes, sender);
    });
    // An ICMP error means nothing to anybody here: the far end may be silent for a reason.
    socket.on("error", () => undefined);
  }

  /** @param at where it is bound; port 0: any @throws the system's error */
  static async open(watch?: DatagramWatch, at: SocketPlace = { address: LOOPBACK, port: 0 }): Promise<PeerSocket> {
    const socket = createSocket(isIPv6(at.address) ? "udp6" : "udp4");
    socket.bind(at.port, at.address);
    await once(socket, "listening");
    return new PeerSocket(socket, watch);
  }

  send(bytes: Uint8Array, to: SocketPlace): void {
    if (this.#isClosed) return;
    this.#watch?.(this.place, to, bytes);
    this.#socket.send(bytes, to.port, to.address);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}
