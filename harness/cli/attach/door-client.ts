import { connect, type Socket } from "node:net";
import { HarnessError } from "../../host/harness-error.ts";
import {
  doorAnswerSchema,
  firstLine,
  FIRST_LINE_MS,
  type DoorAnswer,
  type DoorRequest,
} from "../../worlds/live/door/door-words.ts";

/** A connection whose first line was answered. */
export interface OpenedDoor {
  readonly socket: Socket;
  readonly answer: DoorAnswer;
  /** What came behind the answer already. */
  readonly rest: Uint8Array;
}

/** @returns undefined: nobody is behind the socket any more @throws HarnessError `attach-refused` */
export function openDoor(path: string, want: DoorRequest): Promise<OpenedDoor | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let heard: Buffer = Buffer.alloc(0);
    const refuse = (why: string): void => {
      socket.destroy();
      const hint = "is it a door of this version of udpsec? eight people may be attached to one machine at once";
      reject(new HarnessError("attach-refused", `${path}: ${why}`, hint));
    };
    socket.setTimeout(FIRST_LINE_MS, () => refuse(`no answer within ${FIRST_LINE_MS / 1_000} s`));
    socket.once("connect", () => socket.write(`${JSON.stringify({ version: 1, want })}\n`));
    const onEnd = (): void =>
      heard.length === 0 ? refuse("it was closed at once") : refuse("its answer was cut short");
    socket.once("end", onEnd);
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") resolve(undefined);
      else refuse(error.message);
    });
    const onData = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      try {
        const first = firstLine(heard);
        if (first === undefined) return;
        const answer = doorAnswerSchema.parse(JSON.parse(first.line));
        socket.setTimeout(0);
        socket.off("data", onData).off("end", onEnd);
        socket.pause();
        resolve({ socket, answer, rest: first.rest });
      } catch {
        refuse("its answer can't be read");
      }
    };
    socket.on("data", onData);
  });
}

/** Asks for one thing. @returns what came of it @throws HarnessError `attach-refused`, and `attach-ended` by `ended` */
export async function askDoor(
  path: string,
  want: Exclude<DoorRequest, "console">,
  ended: () => HarnessError,
): Promise<string> {
  const door = await openDoor(path, want);
  if (door === undefined) throw ended();
  door.socket.destroy();
  if (!door.answer.ok)
    throw new HarnessError("attach-refused", door.answer.message, "udpsec attach --help says what can be asked for");
  return door.answer.message;
}
