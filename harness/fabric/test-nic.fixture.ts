/** The far end of a port: what QEMU's stream netdev does, for tests and the benchmark. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export class TestNic {
  readonly socket: Socket;
  readonly frames: Buffer[] = [];
  readonly #waiting: { readonly count: number; readonly done: () => void }[] = [];
  #pending: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
  }

  /** @param reads false: a guest that never empties its queue */
  static async connect(path: string, reads = true): Promise<TestNic> {
    const socket = connect(path);
    await once(socket, "connect");
    const nic = new TestNic(socket);
    if (reads) socket.on("data", (chunk: Buffer) => nic.#take(chunk));
    return nic;
  }

  send(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames.map(message)));
  }

  /** @returns once that many frames have come in all */
  async received(count: number): Promise<readonly Buffer[]> {
    if (this.frames.length < count) {
      await new Promise<void>((done) => {
        this.#waiting.push({ count, done });
      });
    }
    return this.frames;
  }

  async closed(): Promise<void> {
    // Not events.once, which rejects on `error`: a switch that stops with unread frames resets the connection, as it may.
    if (!this.socket.closed) await new Promise<void>((done) => void this.socket.once("close", () => done()));
  }

  #take(chunk: Buffer): void {
    let bytes = Buffer.concat([this.#pending, chunk]);
    for (
      ;
      bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0);
      bytes = bytes.subarray(4 + bytes.readUInt32BE(0))
    ) {
      this.frames.push(bytes.subarray(4, 4 + bytes.readUInt32BE(0)));
    }
    this.#pending = bytes;
    for (const { count, done } of this.#waiting) if (this.frames.length >= count) done();
  }
}

/** A frame behind its length. */
export function message(frame: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + frame.length);
  bytes.writeUInt32BE(frame.length, 0);
  frame.copy(bytes, 4);
  return bytes;
}
