/** One TCP connection as the peer holds it: messages and records with their lengths, and its end. */
import { connect, type Socket } from "node:net";
import { numberOf } from "../../observer/crypto/bytes.ts";
import { Changes, unexpected } from "./changes.ts";
import type { SocketPlace } from "./peer-socket.ts";

const LENGTH_BYTES = 2;
const CONNECT_MS = 20_000;
/** More than one message waits for nobody: the far end must stop until this one was read. */
const MAX_WAITING_BYTES = 1 << 20;

/** Told of each step where it is taken: for who judges a connection without a capture. */
export interface TcpSteps {
  readonly opened: (client: SocketPlace, server: SocketPlace) => void;
  readonly bytes: (from: SocketPlace, to: SocketPlace, bytes: Uint8Array) => void;
  readonly ended: (from: SocketPlace, to: SocketPlace) => void;
}

export interface TcpDialFrom {
  /** Own address; undefined: whichever the host takes. */
  readonly from?: string | undefined;
  /** As of `Changes`. */
  readonly patienceMs?: number | undefined;
}

export class PeerTcp {
  readonly changes: Changes;
  readonly local: SocketPlace;
  readonly remote: SocketPlace;
  /** The far end has ended its side, or the connection is gone. */
  hasEnded = false;
  heardBytes = 0;
  /** How long it lived until the far end had ended it; undefined: it lives. */
  endedAfterMs: number | undefined;
  readonly #openedMs = performance.now();
  readonly #socket: Socket;
  readonly #watch: TcpSteps | undefined;
  #onMessage: ((message: Uint8Array) => void) | undefined;
  #waiting: Buffer = Buffer.alloc(0);
  #hasSaidEnd = false;

  /** @param patienceMs as of `Changes` */
  constructor(socket: Socket, watch: TcpSteps | undefined, patienceMs?: number) {
    this.changes = new Changes(patienceMs);
    this.#socket = socket;
    this.#watch = watch;
    this.local = { address: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#take(bytes));
    for (const event of ["end", "close"] as const) socket.on(event, () => this.#takeEnd());
    // That it was reset is an end like others.
    socket.on("error", () => undefined);
  }

  /** @throws PeerError if nobody answers */
  static dial(place: SocketPlace, watch?: TcpSteps, { from, patienceMs }: TcpDialFrom = {}): Promise<PeerTcp> {
    return new Promise((resolve, reject) => {
      const local = from === undefined ? {} : { localAddress: from };
      const to = { host: place.address, port: place.port, allowHalfOpen: true, timeout: CONNECT_MS };
      const socket = connect({ ...to, ...local });
      const fail = (): void => {
        socket.destroy();
        reject(unexpected("nobody answers a TCP dial"));
      };
      socket.once("error", fail);
      socket.once("timeout", fail);
      socket.once("connect", () => {
        socket.setTimeout(0);
        socket.off("error", fail);
        const tcp = new PeerTcp(socket, watch, patienceMs);
        watch?.opened(tcp.local, tcp.remote);
        resolve(tcp);
      });
    });
  }

  /** Told of each whole message, without its length; what came before it is set waits for it. */
  set onMessage(take: ((message: Uint8Array) => void) | undefined) {
    this.#onMessage = take;
    this.#deliver();
  }

  write(bytes: Uint8Array): void {
    if (this.#hasSaidEnd || this.#socket.destroyed) return;
    this.#watch?.bytes(this.local, this.remote, bytes);
    this.#socket.write(bytes);
  }

  /** Ends this side: what was written leaves first. */
  end(): void {
    if (this.#hasSaidEnd || this.#socket.destroyed) return;
    this.#hasSaidEnd = true;
    this.#watch?.ended(this.local, this.remote);
    this.#socket.end();
  }

  /** Gives it back, whatever is still on its way. */
  drop(): void {
    this.end();
    this.#socket.destroySoon();
  }

  #take(bytes: Buffer): void {
    this.#watch?.bytes(this.remote, this.local, bytes);
    this.heardBytes += bytes.length;
    if (this.#waiting.length + bytes.length > MAX_WAITING_BYTES) return void this.#socket.destroy();
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#onMessage !== undefined && this.#waiting.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + Number(numberOf(this.#waiting.subarray(0, LENGTH_BYTES)));
      if (this.#waiting.length < end) break;
      const message = Uint8Array.from(this.#waiting.subarray(LENGTH_BYTES, end));
      this.#waiting = this.#waiting.subarray(end);
      this.#onMessage(message);
    }
    this.changes.notify();
  }

  #takeEnd(): void {
    if (!this.hasEnded) this.#watch?.ended(this.remote, this.local);
    this.endedAfterMs ??= performance.now() - this.#openedMs;
    this.hasEnded = true;
    this.end();
    this.changes.notify();
  }
}
