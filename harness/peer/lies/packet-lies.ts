/** Lies in the fields and bodies of packets. */
import { join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { closeBody } from "../../observer/wire/sealed-packet.ts";
import { passed } from "../transport/changes.ts";
import { openFrame } from "../mux/peer-frames.ts";
import { demand } from "../mux/peer-mux.ts";
import { passEcho } from "../services/echo-peer.ts";
import type { MadePacket, PeerSession } from "../transport/peer-session.ts";
import type { DialledLie } from "./lie.ts";
import { QUIET_MS } from "./open-session.ts";

const PROTOCOL = 1;
const LARGE_PACKET_BYTES = 1_201;
const DATA_OVERHEAD_BYTES = 66;
const ECHO_BYTES = 2_048;

/** One packet, for which the guest must end the session. */
const ending = (
  facts: Pick<DialledLie, "text" | "breaks" | "also" | "requirement">,
  packet: (session: PeerSession) => MadePacket,
) =>
  ({
    ...facts,
    by: "initiator",
    guestMust: "close with PROTOCOL",
    tell: async (stage) => {
      const open = await stage.open();
      await open.isAlive();
      open.session.send(packet(open.session));
      await open.isClosedWith(PROTOCOL);
    },
  }) satisfies DialledLie;

/** What the guest must pass over: the session and its stream go on as if it had not been. */
const harmless = (
  facts: Pick<DialledLie, "text" | "breaks" | "also" | "guestMust" | "requirement">,
  lie: (session: PeerSession) => Promise<void> | void,
) =>
  ({
    ...facts,
    by: "initiator",
    tell: async (stage) => {
      const open = await stage.open();
      await passEcho(open.mux.open("echo/before"), ECHO_BYTES);
      await open.isSettled();
      await lie(open.session);
      await open.isAlive();
      await passEcho(open.mux.open("echo/after"), ECHO_BYTES);
      await open.endInOrder();
    },
  }) satisfies DialledLie;

export const PACKET_LIES = {
  "acknowledges-what-was-never-sent": ending(
    {
      text: "`ack` is far above all that the guest has sent",
      breaks: "acknowledged-arrived",
      also: ["acknowledgement-steady"],
      requirement: "RX-70",
    },
    ({ largestHeard }) => ({ type: "PING", ack: largestHeard + 5_000, ackBits: 0, ackDelayUs: 0 }),
  ),
  "delivered-beyond-what-was-sent": ending(
    {
      text: "`delivered` is above the highest offset that the guest has sent",
      breaks: "delivered-arrived",
      requirement: "RX-72",
    },
    ({ deliveredEnd }) => ({ type: "PING", delivered: deliveredEnd + 100_000 }),
  ),
  "bits-below-the-first-packet": ending(
    { text: "bits of `ack_bits` stand for pns below 1", breaks: "packet-form", requirement: "RX-67" },
    () => ({ type: "PING", ack: 1, ackBits: 0xffffffff }),
  ),
  "bits-without-ack": ending(
    { text: "`ack` is 0 and `ack_bits` isn't", breaks: "packet-form", requirement: "RX-66" },
    () => ({ type: "PING", ack: 0, ackBits: 1, ackDelayUs: 0 }),
  ),
  "plaintext-cut-short": ending(
    { text: "a plaintext has 8 bytes, half of a receiver state", breaks: "packet-form", requirement: "RX-60" },
    () => ({ type: "PING", plaintext: zeros(8) }),
  ),
  "bytes-behind-ping": ending(
    { text: "a byte stands behind a PING's receiver state", breaks: "packet-form", requirement: "RX-64" },
    () => ({ type: "PING", body: zeros(1) }),
  ),
  "reason-not-utf8": ending(
    { text: "the reason of a CLOSE isn't UTF-8", breaks: "packet-form", requirement: "RX-65" },
    () => ({ type: "CLOSE", body: closeBody(0, Uint8Array.of(0xff)) }),
  ),
  "datagram-of-1201-bytes": harmless(
    {
      text: "a sealed packet of 1201 bytes carries stream bytes",
      breaks: "datagram-form",
      guestMust: "drop it: none of its bytes is delivered",
      requirement: "RX-1",
    },
    async (session) => {
      const body = join(u64(session.sentEnd), zeros(LARGE_PACKET_BYTES - DATA_OVERHEAD_BYTES));
      session.send({ type: "DATA", body });
      await passed(QUIET_MS);
      demand(session.peerDelivered === session.sentEnd, "the guest has taken bytes of a datagram that is too large");
    },
  ),
  "pn-used-twice": harmless(
    {
      text: "a second packet with a pn that was used carries a frame that opens a stream",
      breaks: "packet-number",
      guestMust: "drop it as a duplicate: none of its bytes is delivered",
      requirement: "RX-56",
    },
    async (session) => {
      const pn = session.send({ type: "PING" });
      const body = join(u64(session.sentEnd), openFrame(99, "echo/twice", 1, 0));
      session.send({ type: "DATA", pn, body });
      await passed(QUIET_MS);
      demand(session.peerDelivered === session.sentEnd, "the guest has taken bytes of a repeated pn");
    },
  ),
  "packet-that-does-not-open": harmless(
    {
      text: "a packet is sealed under a key of its own",
      breaks: "packet-opens",
      guestMust: "drop it and go on",
      requirement: "RX-55",
    },
    (session) => {
      const { datagram } = session.seal({ type: "PING" });
      const forged = datagram.slice();
      forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
      session.transmit(forged);
    },
  ),
  "ack-falls": harmless(
    {
      text: "`ack` falls back to 1",
      breaks: "acknowledgement-steady",
      guestMust: "go on: packets overtake each other",
      requirement: "R-2",
    },
    (session) => void session.send({ type: "PING", ack: 1, ackBits: 0, ackDelayUs: 0 }),
  ),
  "acknowledges-unasked": harmless(
    {
      text: "eight ACKs leave that nothing asked for",
      breaks: "acknowledgement-provoked",
      guestMust: "answer none of them",
      requirement: "R-3",
    },
    async (session) => {
      await passed(QUIET_MS);
      let came = 0;
      // It may ask for something itself meanwhile, of the mux for instance.
      session.onPacket = ({ body }) => void (came += body.kind === "ACK" ? 1 : 0);
      for (let count = 0; count < 8; count += 1) session.send({ type: "ACK", body: zeros(1) });
      await passed(QUIET_MS);
      session.onPacket = () => undefined;
      demand(came === 0, "the guest acknowledges acknowledgements");
    },
  ),
  "credit-shrinks": harmless(
    {
      text: "`delivered + window` falls below what was granted",
      breaks: "credit-granted",
      guestMust: "keep the largest credit that it has seen, and go on",
      requirement: "RX-74",
    },
    (session) => void session.send({ type: "PING", window: 100 }),
  ),
} as const satisfies Readonly<Record<string, DialledLie>>;
