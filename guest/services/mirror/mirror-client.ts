import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import { decodeStreamCount, encodeStreamCount } from "./mirror-codec.ts";

/** @throws BusError if the peer did not pass all */
export async function askForMirror(stream: BusStream, count: number): Promise<void> {
  await writeMessage(stream, encodeStreamCount(count));
  const answer = await new StreamReader(stream).message();
  if (decodeStreamCount(answer) !== count) {
    throw new BusError("BUS_MESSAGE", `the peer did not open ${count} streams and get their echo`);
  }
}
