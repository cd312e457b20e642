import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { decodeUtf8 } from "../../core/index.ts";
import { StreamReader } from "../messages/stream-messages.ts";

/** The asking side. @throws BusError BUS_MESSAGE */
export async function askForStatus(stream: BusStream): Promise<Readonly<Record<string, unknown>>> {
  stream.finish();
  const reader = new StreamReader(stream);
  const message = await reader.message();
  if ((await reader.some(1)) !== undefined)
    throw new BusError("BUS_MESSAGE", "the peer's status goes on after its end");
  const text = message === undefined ? undefined : decodeUtf8(message);
  const status = text === undefined ? undefined : parsed(text);
  if (typeof status !== "object" || status === null)
    throw new BusError("BUS_MESSAGE", "the peer's status is no object");
  return { ...status };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
