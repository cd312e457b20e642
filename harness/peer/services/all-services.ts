import { demand, type PeerMux, type PeerService, type PeerServices } from "../mux/peer-mux.ts";
import { bulkServer } from "./bulk-peer.ts";
import { controlServer } from "./control-peer.ts";
import { echoServer } from "./echo-peer.ts";
import { gateServer, sinkServer } from "./sink-peer.ts";

/** What is held unread, as who asks for it wants to know: the sinks hold what their credit allows, at most. */
const statusServer: PeerService = async (stream) => {
  const status = { state: "serving", sessions: [{ mux: { receiveBufferedBytes: 0 } }] };
  stream.writeMessage(Buffer.from(JSON.stringify(status)));
};

/** What the far end may ask of an honest peer. */
export const HONEST_SERVICES: PeerServices = {
  control: controlServer(),
  echo: echoServer(),
  bulk: bulkServer,
  sink: sinkServer,
  gate: gateServer,
  status: statusServer,
};

/** @throws PeerError unless the far end's status is an object */
export async function lookAtStatus(mux: PeerMux): Promise<void> {
  const stream = mux.open("status", 1);
  stream.finish();
  const message = await stream.message();
  demand(message !== undefined && isObject(Buffer.from(message).toString()), "a status that is no object");
  demand((await stream.message()) === undefined, "the status goes on after its end");
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
