/** One NIC's end of the switch: a unix socket that one QEMU at a time is connected to. */
import { createServer, type Server, type Socket } from "node:net";
import { HarnessError } from "../host/harness-error.ts";
import { FrameSplitter } from "./frame-splitter.ts";

/** A guest that doesn't read for longer than this many bytes loses frames, like a NIC's ring would. */
export const DEFAULT_PORT_QUEUE_BYTES = 2 * 1024 * 1024;

export interface PortStats {
  readonly connected: boolean;
  readonly connections: number;
  readonly framesIn: number;
  readonly framesOut: number;
  /** The guest did not read. */
  readonly droppedQueueFull: number;
  /** Nobody was connected. */
  readonly droppedDisconnected: number;
  /** Second connections while the first one stood. */
  readonly refusedConnections: number;
  /** Why the switch closed a connection, if it did. */
  readonly closedBecause: string | undefined;
}

export class SwitchPort {
  readonly name: string;
  readonly socketPath: string;
  readonly #server: Server;
  readonly #queueBytes: number;
  readonly #onFrame: (port: SwitchPort, frame: Buffer) => void;
  #socket: Socket | undefined;
  #stats = {
    ...{ connections: 0, framesIn: 0, framesOut: 0, droppedQueueFull: 0, droppedDisconnected: 0 },
    ...{ refusedConnections: 0, closedBecause: undefined as string | undefined },
  };

  constructor(
    name: string,
    socketPath: string,
    queueBytes: number,
    onFrame: (port: SwitchPort, frame: Buffer) => void,
  ) {
    this.name = name;
    this.socketPath = socketPath;
    this.#queueBytes = queueBytes;
    this.#onFrame = onFrame;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get stats(): PortStats {
    return { ...this.#stats, connected: this.#socket !== undefined };
  }

  /** @throws HarnessError `fabric-socket` */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (cause) => {
        reject(
          new HarnessError(
            "fabric-socket",
            `${this.socketPath}: ${cause.message}`,
            "is the folder for temporary files writable?",
            { cause },
          ),
        );
      });
      this.#server.listen(this.socketPath, resolve);
    });
    // Such as EMFILE on accept: the guest's QEMU then reports that it can't connect.
    this.#server.on("error", () => undefined);
  }

  /** @returns false if the frame was dropped (and counted) */
  send(frame: Buffer): boolean {
    const socket = this.#socket;
    if (socket === undefined) {
      this.#stats.droppedDisconnected += 1;
      return false;
    }
    if (socket.writableLength + frame.length > this.#queueBytes) {
      this.#stats.droppedQueueFull += 1;
      return false;
    }
    const message = Buffer.allocUnsafe(4 + frame.length);
    message.writeUInt32BE(frame.length, 0);
    frame.copy(message, 4);
    // Frames of one turn of the event loop leave in one system call.
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    socket.write(message);
    this.#stats.framesOut += 1;
    return true;
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    if (this.#socket !== undefined) {
      this.#stats.refusedConnections += 1;
      socket.destroy();
      return;
    }
    this.#socket = socket;
    this.#stats.connections += 1;
    const splitter = new FrameSplitter();
    socket.on("data", (chunk) => {
      try {
        splitter.push(chunk, (frame) => {
          this.#stats.framesIn += 1;
          this.#onFrame(this, frame);
        });
      } catch (error) {
        if (!(error instanceof HarnessError)) throw error;
        this.#stats.closedBecause = `${error.code}: ${error.message}`;
        socket.destroy();
      }
    });
    // A reset of the far end is its QEMU's death; the run hears of that by QMP.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }
}
