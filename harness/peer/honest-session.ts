import { transferBulk } from "./services/bulk-peer.ts";
import { exchangeTwice } from "./services/control-peer.ts";
import { askForEchoes, passEcho } from "./services/echo-peer.ts";
import { lookAtStatus } from "./services/all-services.ts";
import { fillSink } from "./services/sink-peer.ts";
import type { PeerMux } from "./mux/peer-mux.ts";

const CONTENT = { seed: 0x600d, length: 32_768 };
const ECHO_BYTES = 8_192;
const MIRRORED = 2;

export type HonestExchange = (mux: PeerMux) => Promise<void>;

/** Enough to show that bytes pass, and are looked at. @throws PeerError */
export async function exchangeBriefly(mux: PeerMux): Promise<void> {
  await exchangeTwice(mux.open("control", 0));
}

/** Everything that the services are for, each with its check: who refuses everybody fails here. @throws PeerError */
export async function exchangeHonestly(mux: PeerMux): Promise<void> {
  await exchangeTwice(mux.open("control", 0));
  await transferBulk(mux.open("bulk/honest", 7), CONTENT);
  await passEcho(mux.open("echo/honest"), ECHO_BYTES);
  await askForEchoes(mux, MIRRORED);
  await lookAtStatus(mux);
  await fillSink(mux, "honest");
}
