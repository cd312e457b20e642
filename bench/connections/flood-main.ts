/** Somebody who sends first messages of handshakes that come to nothing, as many a second as is asked for. */
import { createSocket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { encodeUtf8, nobleCrypto } from "../../guest/core/index.ts";
import { DATAGRAM_BYTES, HEADER_BYTES } from "../bulk/packet-sizes.ts";
import { LOOPBACK, peer } from "../device/device.ts";
import { serveCalls } from "../sides/serve-calls.ts";
import { processCost } from "./process-cost.ts";

/** Where its mac stands in MSG1, and how long it is (dsoftbus-transport.md#31-datagrams). */
const MAC_BYTES = 16;
const MAC_AT = DATAGRAM_BYTES - 2 * MAC_BYTES;
/** Made beforehand, and sent again and again: what is measured is the receiver. */
const PREPARED = 256;
const EVERY_MS = 2;
/** Not where honest devices are: the rate of a source is its own. */
const FROM = "127.0.0.2";

export type FloodKind = "bad mac1" | "valid mac1";

let sent = 0;
let sending: NodeJS.Timeout | undefined;

const calls = {
  start: (to: { readonly port: number; readonly perSecond: number; readonly kind: FloodKind }) => {
    const socket = createSocket("udp4");
    socket.bind(0, FROM);
    const datagrams = Array.from({ length: PREPARED }, () => bogusMsg1(to.kind));
    const begunMs = performance.now();
    let done = 0;
    sending = setInterval(() => {
      const due = ((performance.now() - begunMs) * to.perSecond) / 1000;
      for (; done < due; done += 1) {
        const datagram = datagrams[done % PREPARED];
        if (datagram !== undefined) socket.send(datagram, to.port, LOOPBACK);
        sent += 1;
      }
    }, EVERY_MS);
  },
  sent: () => sent,
  stop: () => clearInterval(sending),
  cost: processCost,
};
export type FloodCalls = typeof calls;

serveCalls(calls);

function bogusMsg1(kind: FloodKind): Uint8Array {
  const datagram = new Uint8Array(randomBytes(DATAGRAM_BYTES));
  const view = new DataView(datagram.buffer);
  datagram.set([1, 1, 0, 0]);
  datagram.fill(0, 8, HEADER_BYTES);
  view.setUint16(HEADER_BYTES - 2, DATAGRAM_BYTES - HEADER_BYTES, true);
  datagram.fill(0, MAC_AT + MAC_BYTES);
  if (kind === "bad mac1") return datagram;
  const key = nobleCrypto.blake2s(
    new Uint8Array([...encodeUtf8("dsoftbus mac1"), ...Buffer.from(peer("daemon", 0).staticKey, "hex")]),
  );
  datagram.set(nobleCrypto.keyedBlake2s128(key, datagram.subarray(0, MAC_AT)), MAC_AT);
  return datagram;
}
