import { once } from "node:events";
import { rmSync, symlinkSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { MAX_SOCKET_PATH_BYTES } from "../../../qemu/command-words.ts";
import { doorRequestSchema, firstLine, FIRST_LINE_MS, type DoorAnswer, type DoorRequest } from "./door-words.ts";
import { Scrollback } from "./scrollback.ts";

export const MAX_ATTACHED = 8;
/** A viewer that takes nothing, a stopped one say, is let go at this: the machine waits for nobody. */
export const MAX_UNTAKEN_BYTES = 1024 * 1024;
/** A person types less at once; a file that is sent has to come in pieces. */
const MAX_TYPED_BYTES = 4_096;

/** What goes through the door, on the side of the machine. */
export interface DoorOwner {
  /** Where it listens, and where somebody finds it. */
  readonly socketPath: string;
  readonly linkPath: string;
  /** Told once to whom it may concern, when they come. */
  readonly greeting: () => string;
  readonly onTyped: (bytes: Uint8Array) => void;
  /** @returns what came of it, for a person @throws if it can't be done */
  readonly perform: (want: Exclude<DoorRequest, "console">) => Promise<string>;
}

/**
 * The way to a running machine for people: its console out and in, for several at once, beside the harness's own reading. QEMU knows nothing of it:
 * its console stays the pipe that the harness reads, and this is fed from there.
 */
export class ConsoleDoor {
  readonly #owner: DoorOwner;
  readonly #server: Server;
  readonly #scrollback = new Scrollback();
  readonly #viewers = new Set<Socket>();
  #isClosed = false;

  private constructor(owner: DoorOwner) {
    this.#owner = owner;
    this.#server = createServer((socket) => this.#onClient(socket));
    this.#server.maxConnections = MAX_ATTACHED;
    this.#server.unref();
  }

  /** @returns undefined where there can be none (a path that is too long, no more file descriptors): a run needs no viewers */
  static async open(owner: DoorOwner): Promise<ConsoleDoor | undefined> {
    if (Buffer.byteLength(owner.socketPath) > MAX_SOCKET_PATH_BYTES) return undefined;
    const door = new ConsoleDoor(owner);
    try {
      door.#server.listen(owner.socketPath);
      await once(door.#server, "listening");
      symlinkSync(owner.socketPath, owner.linkPath);
      return door;
    } catch {
      door.#server.close();
      return undefined;
    }
  }

  /** From the console to those who look. */
  pass(chunk: Uint8Array): void {
    this.#scrollback.push(chunk);
    for (const viewer of this.#viewers) {
      viewer.write(chunk);
      if (viewer.writableLength > MAX_UNTAKEN_BYTES) viewer.destroy();
    }
  }

  /** The machine is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#server.close();
    for (const viewer of this.#viewers) viewer.end();
    rmSync(this.#owner.linkPath, { force: true });
    rmSync(this.#owner.socketPath, { force: true });
  }

  #onClient(socket: Socket): void {
    socket.unref();
    socket.on("error", () => undefined);
    socket.setTimeout(FIRST_LINE_MS, () => socket.destroy());
    let heard: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      try {
        const first = firstLine(heard);
        if (first === undefined) return;
        socket.off("data", onData);
        socket.setTimeout(0);
        this.#onRequest(socket, doorRequestSchema.parse(JSON.parse(first.line)).want, first.rest);
      } catch {
        // It speaks something else.
        socket.destroy();
      }
    };
    socket.on("data", onData);
  }

  #onRequest(socket: Socket, want: DoorRequest, rest: Buffer): void {
    if (want !== "console") {
      void this.#owner.perform(want).then(
        (message) => socket.end(answerLine(true, message)),
        (error: unknown) => socket.end(answerLine(false, error instanceof Error ? error.message : String(error))),
      );
      return;
    }
    socket.write(answerLine(true, this.#owner.greeting()));
    socket.write(this.#scrollback.bytes);
    this.#viewers.add(socket);
    socket.once("close", () => this.#viewers.delete(socket));
    const onTyped = (bytes: Buffer): void => {
      if (bytes.length > 0) this.#owner.onTyped(bytes.subarray(0, MAX_TYPED_BYTES));
    };
    onTyped(rest);
    socket.on("data", onTyped);
  }
}

function answerLine(ok: boolean, message: string): string {
  const answer: DoorAnswer = { version: 1, ok, message: message.slice(0, 1_000) };
  return `${JSON.stringify(answer)}\n`;
}
