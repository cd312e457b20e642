/** What a guest may do to the peer that is to judge it: nothing that takes its memory or its time. */
import { afterEach, expect, test, vi } from "vitest";
import { zeros } from "../observer/crypto/bytes.ts";
import { ackBody } from "../observer/wire/sealed-packet.ts";
import { madeFrame, openFrame } from "./mux/peer-frames.ts";
import { MAX_STREAMS, PeerMux } from "./mux/peer-mux.ts";
import { INITIAL_CREDIT_BYTES, MAX_UNREAD_BYTES } from "./mux/peer-stream.ts";
import { PeerSession } from "./transport/peer-session.ts";
import { PEER_PARAMS } from "./transport/handshake-text.ts";

const KEY = new Uint8Array(32).fill(7);
const sessions: PeerSession[] = [];
afterEach(() => sessions.splice(0).forEach((session) => session.end()));

function session(role: "initiator" | "responder", transmit: (datagram: Uint8Array) => void): PeerSession {
  const keys = { seal: KEY, open: KEY };
  const made = new PeerSession({
    ...{ role, ids: { low: 1, high: 2 }, keys, params: PEER_PARAMS, peerParams: PEER_PARAMS, transmit },
  });
  sessions.push(made);
  return made;
}

test("acknowledgements of two thousand million packets that were never sent are noted as none", () => {
  const peer = session("responder", () => undefined);
  const own = peer.send({ type: "PING" });
  const guest = session("initiator", (datagram) => peer.take(datagram));
  guest.send({ type: "ACK", ack: 2 ** 31, ackBits: 0, body: ackBody([[1, 2 ** 31 - 40]]) });
  expect([peer.heardPackets, peer.isAcknowledged(own), peer.isAcknowledged(own + 1)]).toEqual([1, true, false]);
});

test("streams that are opened for ever are refused with LIMIT, and bytes past all credit are not kept", async () => {
  const peer = session("responder", () => undefined);
  const written = vi.spyOn(peer, "write");
  const mux = new PeerMux(peer, { hold: () => new Promise(() => undefined) });
  for (let count = 0; count <= MAX_STREAMS; count += 1) {
    peer.onBytes(openFrame(1 + 2 * count, `hold/${count}`, INITIAL_CREDIT_BYTES, 0));
  }
  expect(written).toHaveBeenCalledTimes(MAX_STREAMS + 1);
  expect(Buffer.from(written.mock.lastCall?.[0] ?? zeros(0))[1]).toBe(5);
  const frame = madeFrame("DATA", 1, zeros(32_768));
  for (let sent = 0; sent < 4 * MAX_UNREAD_BYTES; sent += 32_768) peer.onBytes(frame);
  expect((await mux.streamNamed("hold/0")?.some(2 * MAX_UNREAD_BYTES))?.length).toBe(MAX_UNREAD_BYTES);
});

test("who closes what the guest has closed sends nothing more: a CLOSE is answered once", () => {
  const sent: Uint8Array[] = [];
  const peer = session("responder", (datagram) => void sent.push(datagram));
  const guest = session("initiator", (datagram) => peer.take(datagram));
  guest.send({ type: "PING" });
  guest.close(0);
  const answered = sent.length;
  peer.close(0);
  // ACK, CLOSE.
  expect([answered, sent.length]).toEqual([2, 2]);
});
