/** Of MSG1: half-open entries, RETRY and cookies (dsoftbus-transport.md#34-mac1-retry-cookies). */
import { randomBytes } from "node:crypto";
import { mac1KeyOf, msg1WithCookie, readMsg1, readRetry, retryTag } from "../../observer/wire/handshake-datagrams.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed, unexpected } from "../../peer/transport/changes.ts";
import type { CaseStage } from "../stage/case-stage.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import type { RawDial } from "../stage/raw-dial.ts";
import { msg1IsDropped, dialThatWasRefused } from "./handshake-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const COOKIE_BYTES = 16;
/**
 * Far above any rate that a source is granted, and less than one batch of a socket: a target may pass over what a flood brings (ours does,
 * from the 33rd of a batch on), and nothing here is repeated as a dialler repeats it.
 */
const FLOOD = 24;
const COOKIE_ATTEMPTS = 5;

/**
 * Handshakes of one address, all at once.
 *
 * @param last leaves behind them, while the address is over its rate
 * @returns the last of them that got RETRY
 * @throws Inconclusive if the target takes them all
 */
async function overTheRate(stage: CaseStage, last: () => void = () => undefined): Promise<RawDial> {
  const dials: RawDial[] = [];
  for (let count = 0; count < FLOOD; count += 1) dials.push(await stage.raw({ followsRetry: false }));
  for (const dial of dials) dial.send(dial.msg1);
  last();
  const [latest] = dials.slice(-1);
  if (latest === undefined) throw new RangeError("a flood of nothing");
  await latest.changes.until("an answer to the last of many MSG1", () => (latest.heard.length > 0 ? true : undefined));
  const refused = dials.findLast((dial) => dial.count("RETRY") > 0);
  if (refused !== undefined) return refused;
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

/**
 * Over the rate a MSG1 with that cookie gets another RETRY or nothing. Who computes for long is granted one more handshake meanwhile, now and
 * then, with any cookie or none: but not each time.
 *
 * @param attempt a dial and its MSG1 with the cookie
 * @throws PeerError if each gets MSG2
 */
async function isNoCookie(stage: CaseStage, attempt: () => Promise<readonly [RawDial, Uint8Array]>): Promise<void> {
  for (let count = 0; count < COOKIE_ATTEMPTS; count += 1) {
    const [dial, msg1] = await attempt();
    await overTheRate(stage, () => dial.send(msg1));
    await passed(QUIET_MS / 2);
    if (dial.count("MSG2") === 0) return;
  }
  throw unexpected("the target takes the cookie");
}

export const MSG1_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "3.4/msg1-again",
    requirements: ["H-22", "RX-14", "H-21", "RX-21"],
    sends: "the same MSG1 leaves twice",
    must: "answer both times with the same bytes of MSG2",
    run: async (stage) => {
      const dial = await stage.raw();
      const first = await dial.second();
      dial.send(dial.msg1);
      const { bytes } = await dial.msg2(2);
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
      const { bytes } = await other.msg2();
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
      await dial.msg2();
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
      const { dial } = await dialThatWasRefused(stage);
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
      const { bytes } = await dial.msg2();
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
      await isNoCookie(stage, async () => {
        const other = await stage.raw({ socket: dial.socket, followsRetry: false });
        return [other, msg1WithCookie(other.msg1, cookie)];
      });
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
      await isNoCookie(stage, async () => [
        await stage.raw({ followsRetry: false }),
        msg1WithCookie(dial.msg1, cookie),
      ]);
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
];
