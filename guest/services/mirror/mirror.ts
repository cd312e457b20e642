/** Asks the peer to open echo streams towards the asker: `count u32` on stream `mirror`, answered with `passed u32`. */
import { ByteReader, ByteWriter } from "../../core/index.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { checkEcho, ECHO_SERVICE } from "../echo/echo.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import type { Service } from "../serving/serve-session.ts";

export const MIRROR_SERVICE = "mirror";
export const MAX_MIRRORED_STREAMS = 64;
export const ECHO_BYTES = 2_048;
const ECHO_PRIORITY = 4;

export const serveMirror: Service = async (stream, { session, report }) => {
  const request = await new StreamReader(stream).message();
  const count = request?.length === 4 ? new ByteReader(request).u32() : 0;
  if (count < 1 || count > MAX_MIRRORED_STREAMS)
    throw new BusError("BUS_MESSAGE", `${count} mirrored streams were asked for`);
  await echoOnManyStreams(session, count);
  report({ streams: count });
  await writeMessage(stream, new ByteWriter(4).u32(count).finish());
};

/** @throws BusError if the peer did not pass all */
export async function askForMirror(stream: BusStream, count: number): Promise<void> {
  await writeMessage(stream, new ByteWriter(4).u32(count).finish());
  const answer = await new StreamReader(stream).message();
  if (answer?.length !== 4 || new ByteReader(answer).u32() !== count) {
    throw new BusError("BUS_MESSAGE", `the peer did not open ${count} streams and get their echo`);
  }
}

/** Opens `count` echo streams, and only when all are open at once sends on them. */
export async function echoOnManyStreams(session: BusSession, count: number): Promise<void> {
  const opening = Array.from({ length: count }, (_, index) => session.open(`${ECHO_SERVICE}/${index}`, ECHO_PRIORITY));
  const streams = await Promise.all(opening);
  await Promise.all(streams.map((stream, index) => checkEcho(stream, index + 1, ECHO_BYTES)));
}
