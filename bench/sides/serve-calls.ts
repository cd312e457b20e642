/** A side of a measurement, in a process of its own, as the benchmark calls it: by name, one answer for each call. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type AnswerMessage =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };

/** Serves until the benchmark goes away. */
export function serveCalls(calls: Calls): void {
  process.on("message", (message: CallMessage) => void answer(calls, message));
  process.on("disconnect", () => process.exit(1));
}

async function answer(calls: Calls, { id, name, argument }: CallMessage): Promise<void> {
  let message: AnswerMessage;
  try {
    message = { id, result: await calls[name]?.(argument as never) };
  } catch (error) {
    message = { id, failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
  process.send?.(message);
}
