import { connect, createServer, type Server, type Socket } from "node:net";
import {
  type Clock,
  type SocketAddress,
  SocketError,
  type TcpConnection,
  type TcpHandler,
  type TcpListener,
  type TcpSockets,
} from "../runtime/runtime.ts";
import { asSocketError } from "./socket-error.ts";

const LISTEN_BACKLOG = 128;

/** TCP over `node:net`: no delay, half-open allowed, so that each direction ends on its own. */
export class NodeTcpSockets implements TcpSockets {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async listen(local: SocketAddress, onConnection: (connection: TcpConnection) => void): Promise<TcpListener> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      // A connection that is gone already has no address any more.
      if (socket.remoteAddress === undefined) socket.destroy();
      else onConnection(new NodeTcpConnection(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => {
        reject(asSocketError(error, `cannot listen on TCP ${local.host} port ${local.port}`));
      });
      server.listen({ host: local.host, port: local.port, backlog: LISTEN_BACKLOG, exclusive: true }, resolve);
    });
    server.removeAllListeners("error");
    // A failed accept (too many files, say) concerns one connection, which the dialler will repeat.
    server.on("error", () => undefined);
    return { local: addressOf(server, local), close: () => void server.close() };
  }

  async connect(remote: SocketAddress, deadlineMs: number): Promise<TcpConnection> {
    const what = `cannot connect to TCP ${remote.host} port ${remote.port}`;
    const socket = connect({ host: remote.host, port: remote.port, allowHalfOpen: true, noDelay: true });
    return await new Promise<TcpConnection>((resolve, reject) => {
      const deadline = this.#clock.setTimer(deadlineMs, () => {
        socket.destroy();
        reject(new SocketError("ETIMEDOUT", `${what}: no answer within the deadline`));
      });
      socket.once("error", (error) => {
        deadline.cancel();
        reject(asSocketError(error, what));
      });
      socket.once("connect", () => {
        deadline.cancel();
        socket.removeAllListeners("error");
        resolve(new NodeTcpConnection(socket));
      });
    });
  }
}

class NodeTcpConnection implements TcpConnection {
  readonly remote: SocketAddress;
  readonly #socket: Socket;
  #error: SocketError | undefined;
  #isClosed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    // Without a listener an error before `setHandler` would end the process.
    socket.on("error", (error) => {
      this.#error = asSocketError(error, `TCP connection with ${this.remote.host} port ${this.remote.port}`);
    });
    socket.once("close", () => {
      this.#isClosed = true;
    });
  }

  setHandler(handler: TcpHandler): void {
    this.#socket.on("data", (data: Buffer) => {
      handler.onBytes(new Uint8Array(data.buffer, data.byteOffset, data.length));
    });
    this.#socket.on("drain", () => handler.onDrain());
    this.#socket.once("end", () => handler.onEnd());
    if (this.#isClosed) setImmediate(() => handler.onClosed(this.#error));
    else this.#socket.once("close", () => handler.onClosed(this.#error));
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.writable && this.#socket.write(bytes);
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  setReading(enabled: boolean): void {
    if (enabled) this.#socket.resume();
    else this.#socket.pause();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function addressOf(server: Server, requested: SocketAddress): SocketAddress {
  const address = server.address();
  return address === null || typeof address === "string" ? requested : { host: address.address, port: address.port };
}
