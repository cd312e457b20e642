/** What a dialler does over udp-sec: MSG1, RETRY, MSG2, MSG3, and whom it believes (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
import { randomBytes } from "node:crypto";
import { flipped, join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { readMsg1 } from "../../observer/wire/handshake-datagrams.ts";
import { closeBody } from "../../observer/wire/sealed-packet.ts";
import { readUdpHeader } from "../../observer/wire/udp-header.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { PeerSocket } from "../../peer/transport/peer-socket.ts";
import type { DiallingCase } from "../stage/conform-case.ts";
import type { DialledStage } from "../stage/dialled-stage.ts";
import type { HeardDatagram } from "../stage/raw-dial.ts";

const COMMON = { over: "udp", target: "dials", mode: "auto" } as const;
const GAPS_MS = [250, 250, 500, 500];
/** Timers of both sides, and what a loaded host adds to one copy and takes from the next. */
const EARLY_MS = 60;
/** For a processor that other work has, at either end: the next copy of a handshake message comes later than that. */
const AT_ONCE_MS = 1_000;
const COOKIE_BYTES = 16;
const GREETING_MS = 5_000;

type Facts = Pick<DiallingCase, "id" | "requirements" | "sends">;

const cookieOf = ({ bytes }: HeardDatagram): Uint8Array => readMsg1(bytes).cookie;
const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** No copy comes sooner than its gap after the one before. @throws PeerError */
function keepsGaps(copies: readonly HeardDatagram[]): void {
  for (const [index, copy] of copies.slice(1, GAPS_MS.length + 1).entries()) {
    const before = copies[index];
    const took = copy.atMs - (before?.atMs ?? 0) + (before?.lateMs ?? 0);
    demand(
      took > (GAPS_MS[index] ?? 0) - EARLY_MS,
      `copy ${index + 2} comes ${Math.round(took)} ms after the one before`,
    );
  }
}

/** What comes first after MSG3 fails the dial: nothing is sent. */
const failing = (facts: Facts, send: (dial: Awaited<ReturnType<DialledStage["third"]>>) => void): DiallingCase => ({
  ...facts,
  ...COMMON,
  must: "fail the dial at once, and send nothing",
  run: async (stage) => {
    const dial = await stage.third();
    send(dial);
    await passed(AT_ONCE_MS);
    const ownLow = (low: number): number =>
      stage.heard.filter(({ bytes }) => readUdpHeader(bytes).value?.low === low).length;
    const before = ownLow(dial.low);
    await passed(2 * QUIET_MS);
    demand(ownLow(dial.low) === before, "the target says something on a dial that has failed");
    demand(!stage.hasFallenBack, "the target falls back to TCP");
  },
});

export const DIALLED_UDP_CASES: readonly DiallingCase[] = [
  {
    ...COMMON,
    id: "3.1/dialler-msg1",
    requirements: ["H-4", "H-3", "H-9", "H-10", "H-11", "H-12", "H-14", "H-15", "H-19"],
    sends: "the target is let dial",
    must: "send a MSG1 of 1,200 bytes that opens: mac1, params and padding as they must be, no cookie, pn, ack and ack_bits 0",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      stage.answer(msg1);
      demand(isZero(cookieOf(msg1)), "the first MSG1 has a cookie");
    },
  },
  {
    ...COMMON,
    id: "3.1/dialler-msg3",
    requirements: ["H-6", "H-13", "RX-35", "I-6", "I-9", "H-1"],
    sends: "a MSG2 as it should be",
    must: "answer with a MSG3 of 201 bytes, the params of MSG1 and its own proof",
    run: async (stage) => void (await stage.third()),
  },
  {
    ...COMMON,
    id: "3.5/msg1-schedule",
    requirements: ["H-35", "H-21"],
    sends: "MSG1 is not answered",
    must: "repeat the same bytes, no sooner than 250, 250, 500, 500 ms after the one before",
    isSlow: true,
    run: async (stage) => {
      await stage.msg1();
      await stage.nth("MSG1", 5);
      const copies = stage.of("MSG1").slice(0, 5);
      const [first] = copies;
      demand(
        copies.every(({ bytes }) => Buffer.compare(bytes, first?.bytes ?? bytes) === 0),
        "the copies differ",
      );
      keepsGaps(copies);
    },
  },
  {
    ...COMMON,
    id: "3.4/retry-is-followed",
    requirements: ["H-27", "RX-29", "H-21"],
    sends: "MSG1 is answered with RETRY",
    must: "send MSG1 at once with the cookie, its other bytes as before, and keep the cookie in later copies",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      const cookie = Uint8Array.from(randomBytes(COOKIE_BYTES));
      const dial = stage.answer(msg1);
      dial.send(dial.retry(cookie));
      const withCookie = (): readonly HeardDatagram[] => stage.of("MSG1").filter((copy) => !isZero(cookieOf(copy)));
      const copies = await stage.changes.until("two MSG1 with a cookie", () =>
        withCookie().length > 1 ? withCookie() : undefined,
      );
      for (const copy of copies) {
        demand(Buffer.compare(cookieOf(copy), cookie) === 0, "a MSG1 has another cookie than RETRY gave");
        const rest = copy.bytes.length - COOKIE_BYTES;
        demand(
          Buffer.compare(copy.bytes.subarray(0, rest), msg1.bytes.subarray(0, rest)) === 0,
          "MSG1's other bytes changed",
        );
      }
    },
  },
  {
    ...COMMON,
    id: "3.4/retry-with-a-wrong-tag",
    requirements: ["RX-28", "H-26"],
    sends: "a RETRY has a wrong tag",
    must: "drop it: later copies of MSG1 carry no cookie",
    run: async (stage) => {
      const dial = stage.answer(await stage.msg1());
      const before = stage.of("MSG1").length;
      dial.send(flipped(dial.retry(Uint8Array.from(randomBytes(COOKIE_BYTES))), -1));
      demand(
        isZero(cookieOf(await stage.nth("MSG1", before + 3))),
        "the target takes a cookie of a RETRY with a wrong tag",
      );
    },
  },
  {
    ...COMMON,
    id: "3.4/two-retries-at-once",
    requirements: ["RX-27", "H-27"],
    sends: "two good RETRYs come within 250 ms",
    must: "follow the first, and drop the second",
    run: async (stage) => {
      const dial = stage.answer(await stage.msg1());
      const [one, two] = [Uint8Array.from(randomBytes(COOKIE_BYTES)), Uint8Array.from(randomBytes(COOKIE_BYTES))];
      const before = stage.of("MSG1").length;
      dial.send(dial.retry(one));
      dial.send(dial.retry(two));
      await stage.nth("MSG1", before + 2);
      const carried = stage.of("MSG1").slice(before).map(cookieOf);
      demand(
        carried.every((cookie) => Buffer.compare(cookie, two) !== 0),
        "the target follows two RETRYs within 250 ms",
      );
    },
  },
  {
    ...COMMON,
    id: "3.4/retry-with-a-high-half",
    requirements: ["RX-24", "H-7"],
    sends: "a RETRY has a high half in its header",
    must: "drop it: later copies of MSG1 carry no cookie",
    run: async (stage) => {
      const dial = stage.answer(await stage.msg1());
      const before = stage.of("MSG1").length;
      dial.send(dial.headed(dial.retry(Uint8Array.from(randomBytes(COOKIE_BYTES))), { high: 7 }));
      demand(isZero(cookieOf(await stage.nth("MSG1", before + 3))), "the target takes the cookie of such a RETRY");
    },
  },
  {
    ...COMMON,
    id: "3.5/msg3-is-repeated",
    requirements: ["H-36", "H-35"],
    sends: "MSG3 is not answered",
    must: "repeat it byte for byte, no sooner than its schedule, and send nothing else",
    isSlow: true,
    run: async (stage) => {
      const dial = await stage.third();
      await stage.nth("MSG3", 4);
      const own = stage.heard.filter(({ bytes }) => readUdpHeader(bytes).value?.high === dial.high);
      const copies = stage.of("MSG3");
      demand(own.length === copies.length, "something else than MSG3 leaves before the responder was heard");
      const [first] = copies;
      demand(
        copies.every(({ bytes }) => Buffer.compare(bytes, first?.bytes ?? bytes) === 0),
        "the copies of MSG3 differ",
      );
      keepsGaps(copies);
    },
  },
  {
    ...COMMON,
    id: "3.5/any-packet-confirms",
    requirements: ["H-39", "M-45"],
    sends: "the first packet after MSG3 is DATA with a PING of the mux",
    must: "take it for the confirmation, and answer with PONG",
    run: async (stage) => {
      const dial = await stage.third();
      const { session, mux } = dial.open();
      session.write(madeFrame("PING", 0, u64(0xabc)));
      const token = await mux.changes.until("PONG", () => mux.lastPong);
      demand(token === 0xabcn, `the PONG has token ${token}`);
    },
  },
  failing(
    { id: "3.5/close-comes-first", requirements: ["H-51"], sends: "the first packet after MSG3 is CLOSE AUTH" },
    ({ session }) => {
      session?.send({
        type: "CLOSE",
        body: closeBody(3, new Uint8Array()),
        ack: 0,
        ackBits: 0,
        delivered: 0,
        ackDelayUs: 0,
      });
      session?.end();
    },
  ),
  failing(
    {
      id: "3.5/first-packet-breaks-a-rule",
      requirements: ["H-51", "RX-64"],
      sends: "behind the first PING's receiver state stands a byte",
    },
    ({ session }) => {
      session?.send({ type: "PING", body: zeros(1) });
      session?.end();
    },
  ),
  {
    ...COMMON,
    id: "3.5/msg2-again-on-a-connection",
    requirements: ["H-18", "RX-25", "RX-30"],
    sends: "MSG2 comes again once the connection stands",
    must: "drop it: no other MSG3 leaves, and the connection goes on",
    run: async (stage) => {
      const dial = await stage.third();
      const open = dial.open();
      await open.isAlive();
      const before = stage.of("MSG3").length;
      dial.send(dial.msg2);
      await passed(QUIET_MS);
      demand(stage.of("MSG3").length === before, "another MSG3 leaves");
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "3.5/handshake-timeout",
    requirements: ["H-37", "H-52", "B-13", "S-6"],
    sends: "MSG2 is verified, and MSG3 is never answered",
    must: "end after 10 s with one CLOSE APPLICATION under pn 1, and not fall back to TCP",
    isSlow: true,
    run: async (stage) => {
      const dial = await stage.third();
      const { session } = dial;
      const close = await stage.changes.until("CLOSE", () => session?.peerClose, 15_000);
      demand(close.code === 6, `CLOSE has code ${close.code}`);
      demand(session?.firstHeard === 1, `CLOSE has pn ${session?.firstHeard}`);
      await passed(QUIET_MS);
      demand(!stage.hasFallenBack, "the target falls back to TCP");
    },
  },
  {
    ...COMMON,
    id: "8/initiator-closes-when-both-are-finished",
    requirements: ["L-1", "M-32", "L-15"],
    sends: "the responder sends FIN, and acknowledges the one that follows",
    must: "finish its own direction, and then close with NO_ERROR",
    run: async (stage) => {
      const dial = await stage.third();
      const open = dial.open();
      // A dialler that greets is answered first: what is behind FIN can't be.
      const greeted = (): true | undefined => (open.mux.streamNamed("control")?.isReadOut === true ? true : undefined);
      await open.session.changes.until("the target's greeting", greeted, GREETING_MS).catch(() => undefined);
      open.session.finish();
      await open.isClosedWith(0);
    },
  },
  {
    ...COMMON,
    id: "3.3/packet-from-another-port-to-a-dialler",
    requirements: ["H-17", "RX-51"],
    sends: "a packet of the connection comes from another port",
    must: "drop it, and go on",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      const dial = stage.answer(msg1);
      dial.send(dial.msg2);
      await dial.third();
      const open = dial.open();
      await open.isAlive();
      const { at, trace } = stage.setup;
      const other = await PeerSocket.open(trace.datagram, { address: at.place.address, port: 0 });
      const { pn, datagram } = open.session.seal({ type: "PING" });
      other.send(datagram, msg1.from);
      await passed(QUIET_MS / 2);
      other.close();
      await open.isAlive();
      demand(!open.session.isAcknowledged(pn), "the target acknowledges a packet from another port");
    },
  },
  {
    ...COMMON,
    id: "3.5/junk-to-a-dialler",
    requirements: ["RX-22", "RX-36", "RX-50"],
    sends: "a MSG2 of another attempt and a packet of no connection come while it waits",
    must: "drop both, and go on with the right MSG2",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      const dial = stage.answer(msg1);
      const other = dial.msg2.slice();
      other[4] = (other[4] ?? 0) ^ 0xff;
      dial.send(other);
      dial.send(join(Uint8Array.of(1, 0x12), zeros(10), Uint8Array.of(1), zeros(11), Uint8Array.of(32, 0), zeros(32)));
      await passed(QUIET_MS / 4);
      dial.send(dial.msg2);
      await dial.third();
    },
  },
];
