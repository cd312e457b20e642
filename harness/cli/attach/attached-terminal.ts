/** A person's terminal on a machine's console, until one of them goes. */
import type { Socket } from "node:net";
import type { ReadStream, WriteStream } from "node:tty";
import type { OpenedDoor } from "./door-client.ts";
import { Keys, KEYS_TEXT } from "./keys.ts";

export interface OwnTerminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

/** How it ended. */
export type Detachment = "detached" | "machine-ended" | "interrupted";

export interface AttachedOptions {
  /** A line of ours above what the console shows. */
  readonly say: (text: string) => void;
  readonly onAsked: (what: "pause" | "resume" | "end") => Promise<string>;
  readonly signal: AbortSignal;
}

/** The terminal is raw meanwhile, and as it was afterwards, whatever happens. */
export async function attachTerminal(
  { input, output }: OwnTerminal,
  door: OpenedDoor,
  options: AttachedOptions,
): Promise<Detachment> {
  const { socket } = door;
  const wasRaw = input.isRaw;
  input.setRawMode(true);
  try {
    output.write(door.rest);
    return await new Promise<Detachment>((resolve) => {
      socket.on("data", (chunk: Uint8Array) => {
        // A terminal that stands still (^S) holds the socket, and the harness lets it go when that is full.
        if (!output.write(chunk)) pauseUntilDrained(socket, output);
      });
      socket.once("close", () => resolve("machine-ended"));
      options.signal.addEventListener("abort", () => resolve("interrupted"), { once: true });
      if (options.signal.aborted) resolve("interrupted");
      listen(input, socket, options, () => resolve("detached"));
      socket.resume();
      input.resume();
    });
  } finally {
    input.removeAllListeners("data");
    input.setRawMode(wasRaw);
    input.pause();
    socket.destroy();
  }
}

function listen(input: ReadStream, socket: Socket, { say, onAsked }: AttachedOptions, detach: () => void): void {
  const keys = new Keys();
  input.on("data", (bytes: Buffer) => {
    const { typed, meant } = keys.take(bytes);
    if (typed.length > 0) socket.write(typed);
    for (const what of meant) {
      if (what === "detach") detach();
      else if (what === "help") say(KEYS_TEXT);
      else
        void onAsked(what).then(say, (error: unknown) => say(error instanceof Error ? error.message : String(error)));
    }
  });
  // The terminal is gone.
  input.once("end", detach);
}

function pauseUntilDrained(socket: Socket, output: WriteStream): void {
  socket.pause();
  output.once("drain", () => socket.resume());
}
