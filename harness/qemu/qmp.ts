import type { Duplex } from "node:stream";
import { z } from "zod";

/** Longer than any answer to what we ask; a line that goes on is not QMP. */
export const MAX_QMP_LINE_BYTES = 1024 * 1024;
/** All that QEMU may say in one run; a run of an hour says some kilobytes. */
export const MAX_QMP_BYTES = 4 * 1024 * 1024;
/** QEMU answers in microseconds; under two loaded cores it was never above a second. */
const ANSWER_TIMEOUT_MS = 30_000;

export type QmpErrorCode = "qmp-closed" | "qmp-protocol" | "qmp-refused" | "qmp-timeout";

/** QEMU's control channel ended, spoke something else, or refused a command. */
export class QmpError extends Error {
  override readonly name = "QmpError";
  readonly code: QmpErrorCode;

  constructor(code: QmpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const eventSchema = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}) });
const answerSchema = z.object({ id: z.number(), return: z.unknown() });
const refusalSchema = z.object({ id: z.number().optional(), error: z.object({ class: z.string(), desc: z.string() }) });
const greetingSchema = z.object({ QMP: z.object({}) });

export type QmpEvent = z.infer<typeof eventSchema>;

interface PendingCommand {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: QmpError) => void;
  readonly timeout: NodeJS.Timeout;
}

/** What a connection tells its owner. */
export interface QmpObserver {
  readonly onEvent?: (event: QmpEvent) => void;
  /** Every line in both directions, for the log. */
  readonly onLine?: (direction: "in" | "out", line: string) => void;
}

/** QEMU's machine protocol over one stream (docs/interop/qmp-spec.txt). */
export class QmpConnection {
  /** Settles when the channel has ended, whatever ended it: all events have been told by then. */
  readonly closed: Promise<void>;
  readonly #stream: Duplex;
  readonly #observer: QmpObserver;
  readonly #pending = new Map<number, PendingCommand>();
  #greeting: PendingCommand | undefined;
  #nextId = 1;
  #partial = "";
  #ended: QmpError | undefined;
  #receivedUnits = 0;

  constructor(stream: Duplex, observer: QmpObserver = {}) {
    this.#stream = stream;
    this.#observer = observer;
    this.closed = new Promise((resolve) => stream.once("close", resolve));
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => this.#receive(text));
    stream.once("close", () => this.#end(new QmpError("qmp-closed", "QEMU closed its control channel")));
    // A reset is followed by "close"; without a listener it would end the process.
    stream.on("error", () => undefined);
  }

  /**
   * Waits for the greeting and leaves the negotiation mode: before it no event comes. Call it at once.
   *
   * @throws QmpError
   */
  async negotiate(): Promise<void> {
    await new Promise<unknown>((resolve, reject) => {
      if (this.#ended !== undefined) reject(this.#ended);
      else this.#greeting = this.#pendingCommand("greeting", resolve, reject);
    });
    await this.execute("qmp_capabilities");
  }

  /**
   * @returns what QEMU returned
   * @throws QmpError
   */
  execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const id = this.#nextId++;
      this.#pending.set(id, this.#pendingCommand(command, resolve, reject));
      const line = JSON.stringify({ execute: command, arguments: args, id });
      this.#observer.onLine?.("out", line);
      this.#stream.write(`${line}\n`);
    });
  }

  /** Why the channel is over: `qmp-closed` if QEMU hung up; undefined while it stands. */
  get failure(): QmpError | undefined {
    return this.#ended;
  }

  /** Hangs up. */
  close(): void {
    this.#stream.destroy();
  }

  #pendingCommand(what: string, resolve: (value: unknown) => void, reject: (error: QmpError) => void): PendingCommand {
    const onTimeout = (): void =>
      this.#fail(new QmpError("qmp-timeout", `QEMU did not answer ${what} in ${ANSWER_TIMEOUT_MS} ms`));
    return { resolve, reject, timeout: setTimeout(onTimeout, ANSWER_TIMEOUT_MS) };
  }

  #receive(text: string): void {
    this.#receivedUnits += text.length;
    if (this.#receivedUnits > MAX_QMP_BYTES) {
      this.#fail(new QmpError("qmp-protocol", `more than ${MAX_QMP_BYTES} bytes came over the control channel`));
      return;
    }
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) if (this.#ended === undefined && line.trim() !== "") this.#handle(line.trimEnd());
    if (Buffer.byteLength(this.#partial) > MAX_QMP_LINE_BYTES) {
      this.#fail(new QmpError("qmp-protocol", `a line of the control channel exceeds ${MAX_QMP_LINE_BYTES} bytes`));
    }
  }

  #handle(line: string): void {
    this.#observer.onLine?.("in", line);
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      this.#fail(new QmpError("qmp-protocol", `not JSON: ${line.slice(0, 200)}`));
      return;
    }
    const event = eventSchema.safeParse(message);
    const answer = answerSchema.safeParse(message);
    const refusal = refusalSchema.safeParse(message);
    if (event.success) this.#observer.onEvent?.(event.data);
    else if (refusal.success) this.#refuse(refusal.data);
    else if (answer.success) this.#settle(answer.data.id)?.resolve(answer.data.return);
    else if (greetingSchema.safeParse(message).success) this.#greet();
    else this.#fail(new QmpError("qmp-protocol", `not a message of QMP: ${line.slice(0, 200)}`));
  }

  #greet(): void {
    clearTimeout(this.#greeting?.timeout);
    this.#greeting?.resolve(undefined);
    this.#greeting = undefined;
  }

  #refuse({ id, error }: z.infer<typeof refusalSchema>): void {
    const refused = new QmpError("qmp-refused", `${error.class}: ${error.desc}`);
    // Without an id it is no answer to a command of ours: QEMU could not read what we sent.
    if (id === undefined) this.#fail(refused);
    else this.#settle(id)?.reject(refused);
  }

  #settle(id: number): PendingCommand | undefined {
    const command = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(command?.timeout);
    return command;
  }

  #fail(error: QmpError): void {
    this.#end(error);
    this.#stream.destroy();
  }

  #end(error: QmpError): void {
    this.#ended ??= error;
    const waiting = [...this.#pending.values(), ...(this.#greeting === undefined ? [] : [this.#greeting])];
    this.#pending.clear();
    this.#greeting = undefined;
    for (const { reject, timeout } of waiting) {
      clearTimeout(timeout);
      reject(this.#ended);
    }
  }
}
