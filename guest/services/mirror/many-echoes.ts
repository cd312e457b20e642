import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { checkEcho } from "../echo/echo-client.ts";
import { ECHO_SERVICE } from "../echo/echo-server.ts";

export const ECHO_BYTES = 2_048;
const ECHO_PRIORITY = 4;

/** Opens `count` echo streams, and only when all are open at once sends on them. */
export async function echoOnManyStreams(session: BusSession, count: number): Promise<void> {
  const opening = Array.from({ length: count }, (_, index) => session.open(`${ECHO_SERVICE}/${index}`, ECHO_PRIORITY));
  const streams = await Promise.all(opening);
  await Promise.all(streams.map((stream, index) => checkEcho(stream, index + 1, ECHO_BYTES)));
}
