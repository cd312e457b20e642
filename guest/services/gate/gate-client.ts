import type { BusStream } from "../../bus/sessions/bus-stream.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { StreamReader, writeMessage } from "../messages/stream-messages.ts";
import { encodeSinkTotal, encodeSinkVerdict, type SinkTotal } from "./gate-codec.ts";

/** Lets the far end read the sink of the same key. @param total what will have been written into the sink when it ends */
export async function openGate(gate: BusStream, total: SinkTotal): Promise<void> {
  await writeMessage(gate, encodeSinkTotal(total));
}

/** @returns whether the far end drained exactly `total`, once it says so */
export async function awaitDrained(gate: BusStream, total: SinkTotal): Promise<boolean> {
  const verdict = await new StreamReader(gate).message();
  return verdict !== undefined && equalBytes(verdict, encodeSinkVerdict(true, total));
}
