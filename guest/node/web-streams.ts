import { ReadableStream, WritableStream } from "node:stream/web";
import type { BusStream } from "../bus/sessions/bus-stream.ts";

/** Both directions of one mux stream as web streams, with its backpressure: nothing is read ahead, `write` waits for room. */
export interface BusWebStreams {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/** Cancelling or aborting either resets the whole stream, as the mux has no half reset. */
export function toWebStreams(stream: BusStream): BusWebStreams {
  const readable = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const bytes = await stream.read();
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
      cancel: () => stream.reset(),
    },
    { highWaterMark: 0 },
  );
  const writable = new WritableStream<Uint8Array>(
    {
      write: (bytes) => stream.write(bytes),
      close: () => stream.finish(),
      abort: () => stream.reset(),
    },
    { highWaterMark: 1 },
  );
  return { readable, writable };
}
