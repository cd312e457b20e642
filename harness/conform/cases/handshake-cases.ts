/** Sections 3.4 and 3.5: half-open entries, repeats, refusals, replacement (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
import { randomBytes } from "node:crypto";
import { flipped } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { mac1KeyOf, msg1WithCookie, readMsg1, readRetry, retryTag } from "../../observer/wire/handshake-datagrams.ts";
import { closeBody } from "../../observer/wire/sealed-packet.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { PEER_PARAMS } from "../../peer/transport/handshake-text.ts";
import type { CaseStage } from "../stage/case-stage.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import { QUIET_MS, type RawDial } from "../stage/raw-dial.ts";
import { msg1IsDropped, refusalOf } from "./handshake-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const COOKIE_BYTES = 16;
/** Between two answers to a repeated MSG3, and a little less: clocks differ. */
const THROTTLE_MS = 220;
/** Far above any rate that a source is granted, and not so many that a socket's buffer overflows. */
const FLOOD = 40;

/**
 * Handshakes of one address, all at once.
 *
 * @param last leaves behind them, while the address is over its rate
 * @returns the last of them, which got RETRY
 * @throws Inconclusive if the target takes them all
 */
async function overTheRate(stage: CaseStage, last: () => void = () => undefined): Promise<RawDial> {
  const dials: RawDial[] = [];
  for (let count = 0; count < FLOOD; count += 1) dials.push(await stage.raw());
  for (const dial of dials) dial.send(dial.msg1);
  last();
  const [latest] = dials.slice(-1);
  if (latest === undefined) throw new RangeError("a flood of nothing");
  await latest.changes.until("an answer to the last of many MSG1", () => (latest.heard.length > 0 ? true : undefined));
  if (latest.count("RETRY") > 0) return latest;
  throw new Inconclusive(`the target takes ${FLOOD} handshakes of one address at once without a RETRY`);
}

async function retryIsRight(stage: CaseStage): Promise<{ dial: RawDial; cookie: Uint8Array }> {
  const dial = await overTheRate(stage);
  const { bytes } = await dial.nth("RETRY");
  demand(bytes.length === 58, `RETRY has ${bytes.length} bytes`);
  const { head, cookie, tag } = readRetry(bytes);
  const expected = retryTag(mac1KeyOf(stage.setup.target.staticPublicKey), head, readMsg1(dial.msg1).mac1);
  demand(Buffer.compare(tag, expected) === 0, "RETRY's tag is not for this MSG1");
  demand(
    cookie.some((byte) => byte !== 0),
    "RETRY's cookie is all zeros, which means none",
  );
  return { dial, cookie };
}

/** That MSG1, over the rate, gets another RETRY or nothing. @throws PeerError if it gets MSG2 */
async function isNoCookie(stage: CaseStage, dial: RawDial, msg1: Uint8Array): Promise<void> {
  await overTheRate(stage, () => dial.send(msg1));
  await passed(QUIET_MS / 2);
  demand(dial.count("MSG2") === 0, "the target takes the cookie");
}

/** The wrong MSG3 was refused; each further datagram is the caller's. */
async function refusedDial(stage: CaseStage): Promise<{ dial: RawDial; msg3: Uint8Array }> {
  const dial = await stage.raw();
  await dial.second();
  const msg3 = dial.third({ proof3: proofOf(stage.setup.stranger, "client") });
  dial.send(msg3);
  await refusalOf(dial);
  return { dial, msg3 };
}

export const HANDSHAKE_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "3.4/msg1-again",
    requirements: ["H-22", "RX-14", "H-21"],
    sends: "the same MSG1 leaves twice",
    must: "answer both times with the same bytes of MSG2",
    run: async (stage) => {
      const dial = await stage.raw();
      const first = await dial.second();
      dial.send(dial.msg1);
      const { bytes } = await dial.nth("MSG2", 2);
      demand(Buffer.compare(first, bytes) === 0, "the second MSG2 differs from the first");
    },
  },
  {
    ...COMMON,
    id: "3.4/msg1-from-another-port",
    requirements: ["H-21"],
    sends: "the same bytes of MSG1 leave from two ports",
    must: "treat them as two attempts: the MSG2s differ",
    run: async (stage) => {
      const dial = await stage.raw();
      const first = await dial.second();
      const other = await stage.raw();
      other.send(dial.msg1);
      const { bytes } = await other.nth("MSG2");
      demand(Buffer.compare(first, bytes) !== 0, "both ports get the same MSG2");
    },
  },
  {
    ...COMMON,
    id: "3.4/cookie-field-is-no-part-of-the-key",
    requirements: ["H-21", "H-22", "H-28"],
    sends: "MSG1 comes again with some bytes in its cookie field",
    must: "answer with the same MSG2: a wrong cookie counts as none",
    run: async (stage) => {
      const dial = await stage.raw();
      const first = await dial.second();
      dial.send(msg1WithCookie(dial.msg1, randomBytes(COOKIE_BYTES)));
      const { bytes } = await dial.nth("MSG2", 2);
      demand(Buffer.compare(first, bytes) === 0, "the second MSG2 differs from the first");
    },
  },
  {
    ...COMMON,
    id: "3.4/wrong-cookie-without-load",
    requirements: ["H-28"],
    sends: "a first MSG1 has some bytes in its cookie field",
    must: "answer it as one without a cookie",
    run: async (stage) => {
      const dial = await stage.raw();
      dial.send(msg1WithCookie(dial.msg1, randomBytes(COOKIE_BYTES)));
      await dial.nth("MSG2");
    },
  },
  {
    ...COMMON,
    id: "3.4/mac1-of-zeros",
    requirements: ["H-19", "H-20", "RX-13"],
    sends: "MSG1's mac1 is zeros",
    must: "drop it, answer nothing, and answer the right MSG1 that follows",
    run: (stage) => msg1IsDropped(stage, {}, (msg1) => msg1.fill(0, 1_168, 1_184)),
  },
  {
    ...COMMON,
    id: "3.4/refused-entry-answers-no-msg1",
    requirements: ["H-23", "RX-15"],
    sends: "after its MSG3 was refused, the same MSG1 comes again",
    must: "answer nothing",
    run: async (stage) => {
      const { dial } = await refusedDial(stage);
      dial.send(dial.msg1);
      await dial.isQuiet("the target answers MSG1 of a refused handshake");
    },
  },
  {
    ...COMMON,
    id: "3.4/retry-over-the-rate",
    requirements: ["H-24", "H-7", "H-26", "RX-17", "H-30"],
    sends: "handshakes of one address come faster than it is granted",
    must: "answer with a RETRY of 58 bytes, its tag over header, cookie and this MSG1's mac1, its cookie not zero",
    isAlone: true,
    run: async (stage) => void (await retryIsRight(stage)),
  },
  {
    ...COMMON,
    id: "3.4/cookie-opens-the-door",
    requirements: ["H-25", "H-28", "H-24"],
    sends: "MSG1 comes again with the cookie that RETRY gave",
    must: "answer with MSG2, and let the peer in",
    isAlone: true,
    run: async (stage) => {
      const { dial, cookie } = await retryIsRight(stage);
      dial.send(msg1WithCookie(dial.msg1, cookie));
      const { bytes } = await dial.nth("MSG2");
      dial.open(bytes);
      dial.send(dial.third());
      await dial.spokenTo();
    },
  },
  {
    ...COMMON,
    id: "3.4/cookie-of-another-half",
    requirements: ["H-25"],
    sends: "another MSG1 of the same address, over its rate, carries the cookie that RETRY gave for one initiator half",
    must: "not take it: a cookie is good for one half",
    isAlone: true,
    run: async (stage) => {
      const { dial, cookie } = await retryIsRight(stage);
      const other = await stage.raw({ socket: dial.socket });
      await isNoCookie(stage, other, msg1WithCookie(other.msg1, cookie));
    },
  },
  {
    ...COMMON,
    id: "3.4/cookie-of-another-port",
    requirements: ["H-25"],
    sends: "over the rate, the same MSG1 leaves from another port with the cookie that the first one got",
    must: "not take it: a cookie is good for one source",
    isAlone: true,
    run: async (stage) => {
      const { dial, cookie } = await retryIsRight(stage);
      const other = await stage.raw();
      await isNoCookie(stage, other, msg1WithCookie(dial.msg1, cookie));
    },
  },
  {
    ...COMMON,
    id: "3.4/repeat-under-load",
    requirements: ["H-22"],
    sends: "a MSG1 that was answered comes again once its address is over its rate",
    must: "answer with the same MSG2: a hit is answered under any load",
    isAlone: true,
    run: async (stage) => {
      const early = await stage.raw();
      const first = await early.second();
      await overTheRate(stage, () => early.send(early.msg1));
      const { bytes } = await early.nth("MSG2", 2);
      demand(Buffer.compare(first, bytes) === 0, "under load the second MSG2 differs from the first");
    },
  },
  {
    ...COMMON,
    id: "3.5/ping-answers-msg3",
    requirements: ["H-38", "RX-49", "P-4"],
    sends: "a MSG3 as it should be",
    must: "answer at once, with pn 1",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      demand(session.heardPings >= 1, "the first packet is no PING");
      demand(session.firstHeard === 1, `the target's first pn is ${session.firstHeard}`);
    },
  },
  {
    ...COMMON,
    id: "3.5/msg3-again",
    requirements: ["H-40", "RX-38"],
    sends: "the same MSG3 comes again on the live connection, eight times within the throttle, and once after it",
    must: "answer with one PING, at most every 250 ms",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      dial.send(msg3);
      const session = await dial.spokenTo();
      for (let count = 0; count < 8; count += 1) dial.send(msg3);
      await passed(THROTTLE_MS / 2);
      demand(session.heardPings <= 2, `${session.heardPings} PINGs for nine MSG3 within 250 ms`);
      const before = session.heardPings;
      await passed(QUIET_MS);
      dial.send(msg3);
      await session.changes.until("a PING for MSG3", () => (session.heardPings > before ? true : undefined));
    },
  },
  {
    ...COMMON,
    id: "3.5/another-msg3-on-a-connection",
    requirements: ["P-19", "RX-39"],
    sends: "a MSG3 of other bytes comes on the live connection",
    must: "drop it and go on",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      dial.send(msg3);
      const session = await dial.spokenTo();
      await passed(QUIET_MS);
      dial.send(flipped(msg3, -1));
      await dial.isQuiet("the target answers another MSG3 on a live connection");
      const pn = session.send({ type: "PING" });
      await session.changes.until("the acknowledgement of a PING", () =>
        session.isAcknowledged(pn) ? true : undefined,
      );
    },
  },
  {
    ...COMMON,
    id: "3.5/packets-before-msg3",
    requirements: ["H-41", "RX-52"],
    sends: "a PING under the right keys comes before MSG3",
    must: "drop it, and let the peer in by the MSG3 that follows",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      dial.session?.send({ type: "PING" });
      await dial.isQuiet("the target answers a packet of a half-open session");
      dial.send(msg3);
      await dial.spokenTo();
    },
  },
  {
    ...COMMON,
    id: "3.5/msg1-that-does-not-open",
    requirements: ["H-42", "RX-19"],
    sends: "a MSG1 with a right mac1 doesn't open",
    must: "drop it, answer nothing, and answer the right MSG1 that follows",
    run: (stage) => msg1IsDropped(stage, { noise: (noise) => flipped(noise, -1) }),
  },
  {
    ...COMMON,
    id: "3.5/msg3-that-does-not-open",
    requirements: ["H-42", "RX-43"],
    sends: "a MSG3 that doesn't open, then the right one",
    must: "drop the first, and let the peer in by the second: the handshake is as it was",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      dial.send(flipped(msg3, -1));
      await dial.isQuiet("the target answers a MSG3 that doesn't open");
      dial.send(msg3);
      await dial.spokenTo();
    },
  },
  {
    ...COMMON,
    id: "3.5/msg3-with-a-changed-static-key",
    requirements: ["H-42", "RX-43"],
    sends: "in MSG3 a bit of the sealed static key is changed, then the right one comes",
    must: "drop the first, and let the peer in by the second",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      dial.send(flipped(msg3, 30));
      await dial.isQuiet("the target answers a MSG3 that doesn't open");
      dial.send(msg3);
      await dial.spokenTo();
    },
  },
  {
    ...COMMON,
    id: "3.5/msg3-with-other-params-ends-its-entry",
    requirements: ["H-44", "H-13", "RX-44"],
    sends: "a MSG3 that opens declares another window than MSG1 did, then the same comes again and a packet",
    must: "answer nothing, and forget the entry: MSG1 gets another MSG2",
    run: async (stage) => {
      const dial = await stage.raw();
      const first = await dial.second();
      dial.send(dial.third({ params3: { ...PEER_PARAMS, window: 131_072 } }));
      await dial.isQuiet("the target answers MSG3 with other params");
      dial.send(dial.msg1);
      const { bytes } = await dial.nth("MSG2", 2);
      demand(Buffer.compare(first, bytes) !== 0, "the entry of a refused MSG3 still answers");
    },
  },
  {
    ...COMMON,
    id: "3.5/refused-msg3-again",
    requirements: ["H-46", "RX-41"],
    sends: "a refused MSG3 comes again: four times at once, and once after the throttle",
    must: "answer with the same CLOSE, at most every 250 ms",
    run: async (stage) => {
      const { dial, msg3 } = await refusedDial(stage);
      for (let count = 0; count < 4; count += 1) dial.send(msg3);
      await passed(THROTTLE_MS / 2);
      const [first, ...more] = dial.of("CLOSE");
      demand(more.length <= 1, `${more.length + 1} CLOSEs for five MSG3 within 250 ms`);
      await passed(QUIET_MS);
      const before = dial.count("CLOSE");
      dial.send(msg3);
      const { bytes } = await dial.nth("CLOSE", before + 1);
      demand(Buffer.compare(bytes, first?.bytes ?? bytes) === 0, "the repeated CLOSE has other bytes");
    },
  },
  {
    ...COMMON,
    id: "3.5/another-msg3-after-a-refusal",
    requirements: ["RX-42", "H-46"],
    sends: "after a refusal a MSG3 of other bytes comes",
    must: "drop it",
    run: async (stage) => {
      const { dial, msg3 } = await refusedDial(stage);
      dial.send(flipped(msg3, -1));
      await dial.isQuiet("the target answers another MSG3 after its refusal");
    },
  },
  {
    ...COMMON,
    id: "3.5/replaced-without-a-word",
    requirements: ["H-53"],
    sends: "a device dials a second time, and sends a packet on the new connection",
    must: "end the old one without a word, and drop what still comes on it",
    run: async (stage) => {
      const first = await stage.raw();
      const old = await first.opened();
      await passed(QUIET_MS);
      const open = await stage.open();
      await open.isAlive();
      demand(old.peerClose === undefined, "the old connection is closed with a word");
      await passed(QUIET_MS / 2);
      old.send({ type: "PING" });
      await first.isQuiet("the old connection still answers");
    },
  },
  {
    ...COMMON,
    id: "3.5/close-replaces-nothing",
    requirements: ["H-53"],
    sends: "a device dials a second time, and all that it sends on the new connection is CLOSE",
    must: "keep the old connection",
    run: async (stage) => {
      const first = await stage.open();
      await first.isAlive();
      const second = await stage.raw();
      await second.second();
      const msg3 = second.third();
      const { session } = second;
      // An acknowledgement of the target's PING would be the first packet.
      if (session !== undefined) session.isAnswering = false;
      second.send(msg3);
      await second.nth("PING");
      session?.send({ type: "CLOSE", body: closeBody(0, new Uint8Array()) });
      await passed(QUIET_MS / 2);
      await first.isAlive();
    },
  },
  {
    ...COMMON,
    over: "selection",
    id: "3.5/udp-replaces-tcp",
    requirements: ["H-53"],
    sends: "a device that stands in a session over TCP dials over udp-sec and sends a packet",
    must: "end the TCP session with CLOSE NO_ERROR",
    run: async (stage) => {
      const old = await stage.openTcp();
      const open = await stage.open();
      await open.isAlive();
      await old.isClosedWith(0);
    },
  },
  {
    ...COMMON,
    over: "selection",
    id: "3.5/tcp-replaces-udp",
    requirements: ["H-53"],
    sends: "a device that stands in a session over udp-sec dials over TCP",
    must: "end the session over udp-sec without a word",
    run: async (stage) => {
      const old = await stage.open();
      await old.isAlive();
      const open = await stage.openTcp();
      open.mux.open("status", 1);
      await passed(QUIET_MS);
      demand(old.session.peerClose === undefined, "the session over udp-sec is closed with a word");
      await old.isSilent();
      await open.close();
    },
  },
];
