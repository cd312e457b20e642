/** Of packets: their headers, and in which order they are looked at (dsoftbus-transport.md#41-header, dsoftbus-transport.md#43-order-of-work-on-receipt). */
import { flipped, join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { headerOf, TYPES } from "../../observer/wire/udp-header.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import { hasSent, isAnswered, isTaken, passedOver, sealedPing } from "./session-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const PING_BYTES = 58;
const ACK_AT = 16;
/** As far back as nobody has to remember, and as everybody has to. */
const FAR_PN = 1_000_000_000;
const OLD_PN = 5_000;
const WINDOW_PNS = 4_096;

const header = (
  id: ListeningCase["id"],
  requirements: ListeningCase["requirements"],
  sends: string,
  fields: Parameters<typeof sealedPing>[2],
): ListeningCase => passedOver({ id, requirements, sends }, (dial, session) => sealedPing(dial, session, fields));

export const HEADER_CASES: readonly ListeningCase[] = [
  header("4.1/ping-of-another-version", ["RX-3", "P-20"], "a PING, sealed as it is, has `ver` 2", { ver: 2 }),
  header("4.1/ping-reserved-byte", ["RX-4", "P-20"], "a PING, sealed as it is, has `rsv` 1", { rsv: 1 }),
  header("4.1/ping-with-fin", ["RX-6", "P-20"], "a PING, sealed as it is, has the flag that only DATA defines", {
    flags: 1,
  }),
  header("4.1/ping-with-flag-7", ["RX-6", "P-20"], "a PING, sealed as it is, has flag bit 7", { flags: 0x80 }),
  header("4.1/packet-of-unknown-type", ["RX-5"], "a packet, sealed as it is, has typ 0x14", { typ: 0x14 }),
  header("4.1/len-too-large", ["RX-7"], "a PING, sealed as it is, has a `len` of one more than follows", { len: 33 }),
  passedOver(
    {
      id: "4.1/data-with-flag-1",
      requirements: ["RX-6", "P-20"],
      sends: "a DATA packet, sealed as it is, has flag bit 1",
    },
    (dial, session) => sealedPing(dial, session, { typ: TYPES.DATA, flags: 2 }),
  ),
  passedOver(
    { id: "4.1/pn-0", requirements: ["RX-9", "P-20"], sends: "a PING, sealed as it is, has pn 0" },
    (dial, session) => ({ ...sealedPing(dial, session, { pn: 0 }), pn: 0 }),
  ),
  passedOver(
    { id: "4.1/header-is-sealed-too", requirements: ["P-1", "RX-55"], sends: "in a sealed PING `ack` was changed" },
    (dial, session) => {
      const { pn, datagram } = sealedPing(dial, session, {});
      return { pn, datagram: flipped(datagram, ACK_AT) };
    },
  ),
  passedOver(
    {
      id: "4.1/nonce-is-the-pn",
      requirements: ["P-3", "RX-55"],
      sends: "a PING names another pn than it was sealed under",
    },
    (dial, session) => {
      const { pn } = session.seal({ type: "PING" });
      const { datagram } = session.seal({ type: "PING" });
      const renamed = datagram.slice();
      renamed.set(headerOf({ typ: TYPES.PING, low: dial.low, high: dial.high, pn, ack: 1 }, 32));
      return { pn, datagram: renamed };
    },
  ),
  passedOver(
    {
      id: "4.1/shorter-than-a-tag",
      requirements: ["RX-54", "P-16"],
      sends: "behind the header of a PING follow 15 bytes",
    },
    ({ low, high }, session) => {
      const { pn } = session.seal({ type: "PING" });
      return { pn, datagram: join(headerOf({ typ: TYPES.PING, low, high, pn }, 15), zeros(15)) };
    },
  ),
  {
    ...COMMON,
    id: "4.1/pns-rise",
    requirements: ["P-4", "P-12", "R-5", "RX-82"],
    sends: "forty PINGs, one after the other",
    must: "acknowledge each, under pns that rise and are used once",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      const pns: number[] = [];
      session.onPacket = ({ pn }) => void pns.push(pn);
      await hasSent(session, 40);
      demand(
        pns.every((pn, index) => index === 0 || pn > (pns[index - 1] ?? 0)),
        `pns don't rise: ${pns.join(" ")}`,
      );
      const sizes = dial.of("PING").map(({ bytes }) => bytes.length);
      demand(
        sizes.every((size) => size === PING_BYTES),
        "a PING has another size than 58 bytes",
      );
    },
  },
  {
    ...COMMON,
    id: "4.3/pn-far-behind",
    requirements: ["P-21", "RX-57"],
    sends: "after a PING with pn 1,000,000,000 one comes with pn 5,000",
    must: "drop the second, if it can't tell whether it is new; who takes it remembers it, and drops DATA with the same pn",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isTaken(session, session.send({ type: "PING", pn: FAR_PN }));
      const pn = session.send({ type: "PING", pn: OLD_PN });
      await isAnswered(session);
      if (!session.isAcknowledged(pn)) return;
      session.send({ type: "DATA", pn: OLD_PN, body: join(u64(0), madeFrame("PONG", 0, u64(1))) });
      await isAnswered(session);
      demand(session.peerDelivered === 0, "the target takes a pn from far behind, and then another packet with it");
    },
  },
  {
    ...COMMON,
    id: "4.3/pn-within-the-window",
    requirements: ["P-17"],
    sends: "after a PING with pn 9,000 one comes that is 4,095 behind it",
    must: "take the second: 4,096 pns at least are remembered",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isTaken(session, session.send({ type: "PING", pn: 9_000 }));
      await isTaken(session, session.send({ type: "PING", pn: 9_000 - (WINDOW_PNS - 1) }));
    },
  },
  {
    ...COMMON,
    id: "4.3/overtaken",
    requirements: ["R-5", "P-17"],
    sends: "of two PINGs the second comes first",
    must: "acknowledge both",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const first = session.seal({ type: "PING" });
      await isAnswered(session);
      dial.send(first.datagram);
      await isTaken(session, first.pn);
    },
  },
  {
    ...COMMON,
    id: "4.3/handshake-datagram-of-a-connection",
    requirements: ["P-19", "RX-8"],
    sends: "a MSG3 with a pn comes with the id of a live connection",
    must: "drop it and go on",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const { low, high } = dial;
      dial.send(join(headerOf({ typ: TYPES.MSG3, low, high, pn: 7 }, 175), zeros(175)));
      await isAnswered(session);
    },
  },
  {
    ...COMMON,
    id: "4.3/broken-acknowledgement-before-its-bytes",
    requirements: ["P-18", "RX-70"],
    sends: "a DATA packet acknowledges what was never sent",
    must: "close with PROTOCOL, and take none of its bytes: CLOSE reports `delivered` as it was",
    run: async (stage) => {
      const open = await stage.open();
      await open.isAlive();
      const { session } = open;
      const before = session.peerDelivered;
      const body = join(u64(session.sentEnd), zeros(100));
      session.send({ type: "DATA", body, ack: session.largestHeard + 5_000, ackBits: 0 });
      await open.isClosedWith(1);
      demand(session.peerDelivered === before, "bytes of a packet were taken whose acknowledgement breaks a rule");
    },
  },
];
