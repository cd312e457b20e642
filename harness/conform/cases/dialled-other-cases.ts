/** What a dialler does over TCP, with the mux, and which transport it takes (dsoftbus-transport.md#11-selection-policy). */
import { randomBytes } from "node:crypto";
import { ascii, flipped, join, u16, u32 } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { MESSAGE_BYTES } from "../../observer/handshakes/tcp-handshake.ts";
import { recordPlaintext } from "../../observer/wire/made-record.ts";
import { MuxByteReader, type SeenFrame } from "../../observer/wire/mux-stream-frames.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { OpenTcpSession } from "../../peer/lies/open-tcp-session.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { HONEST_SERVICES } from "../../peer/services/all-services.ts";
import { controlServer, withWrongDigest } from "../../peer/services/control-peer.ts";
import { passEcho } from "../../peer/services/echo-peer.ts";
import { passed, unexpected } from "../../peer/transport/changes.ts";
import type { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import type { PeerSession } from "../../peer/transport/peer-session.ts";
import type { AnsweredDial } from "../stage/answered-dial.ts";
import { answerOverTcp } from "../stage/answered-tcp.ts";
import { Inconclusive, type DiallingCase } from "../stage/conform-case.ts";
import type { DialledStage, HeardTcp } from "../stage/dialled-stage.ts";

const COMMON = { target: "dials", mode: "auto" } as const;
const TCP = { over: "tcp", target: "dials", mode: "tcp" } as const;
const SELECTION = { over: "selection", target: "dials", mode: "auto", isSlow: true } as const;
const CANCELLED = 0;
const PROTOCOL = 1;
const FALLBACK_MS = 3_000;
const DEADLINE_MS = 10_000;
const TCP_DEADLINE_MS = 5_000;
/** Of a deadline that is seen from the other side, on a host with much else to do. */
const EARLY_MS = 150;
const LATE_MS = 2_500;
const COOKIE_BYTES = 16;
/** From one answer that means nothing to the next. */
const ANSWER_MS = 300;
const MOST_ATTEMPTS = 4;

/** TCP must come 3 s after the first MSG1, whatever came over UDP meanwhile. @throws PeerError */
async function fallsBack(stage: DialledStage): Promise<HeardTcp> {
  const first = await stage.msg1();
  const connection = await stage.connection(first.atMs);
  const { atMs } = connection;
  const took = atMs - first.atMs;
  demand(
    took + (first.lateMs ?? 0) >= FALLBACK_MS - EARLY_MS,
    `TCP comes ${Math.round(took)} ms after the first MSG1, before its 3 s`,
  );
  demand(took <= FALLBACK_MS + LATE_MS, `TCP comes ${Math.round(took)} ms after the first MSG1`);
  return connection;
}

/**
 * Plays on a connection of the target's, and on another one where its deadline for the handshake may have passed meanwhile: who is late for it is
 * rightly given up. @throws PeerError
 */
async function inTime(stage: DialledStage, work: (tcp: PeerTcp) => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const { tcp, atMs } = await stage.liveConnection();
    try {
      return await work(tcp);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || performance.now() - atMs < TCP_DEADLINE_MS - LATE_MS) throw error;
      tcp.drop();
    }
  }
}

/** @returns the first frame of the target's; whoever hears it hasn't answered anything @throws PeerError */
async function firstOpen(session: PeerSession): Promise<SeenFrame> {
  const frames: SeenFrame[] = [];
  const reader = new MuxByteReader((frame) => void frames.push(frame));
  session.onBytes = (bytes) => reader.push(bytes);
  session.send({ type: "PING" });
  return session.changes
    .until("an OPEN of the target's", () => frames.find(({ type }) => type === "OPEN"), 10_000)
    .catch(() => {
      throw new Inconclusive("the target opens no stream on what it has dialled");
    });
}

type Facts = Pick<DiallingCase, "id" | "requirements" | "sends">;

/** In ACCEPT's place, or behind it, comes what a dialler must answer with CLOSE PROTOCOL. */
const protocol = (facts: Facts, plaintexts: readonly Uint8Array[]): DiallingCase => ({
  ...facts,
  ...TCP,
  must: "close with PROTOCOL, and end TCP",
  run: (stage) =>
    inTime(stage, async (tcp) => {
      const session = await answerOverTcp(stage, tcp);
      tcp.write(join(...plaintexts.map((plaintext) => session.seal(plaintext))));
      await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
      demand(session.peerClose?.code === PROTOCOL, `TCP ends with code ${session.peerClose?.code ?? "none"}`);
    }),
});

/** What comes over udp-sec, again and again, and must not keep the dialler from TCP. */
const keepsNobody = (facts: Facts, answer: (dial: AnsweredDial) => Uint8Array): DiallingCase => ({
  ...facts,
  ...SELECTION,
  must: "fall back all the same",
  run: async (stage) => {
    const dial = stage.answer(await stage.msg1());
    const timer = setInterval(() => dial.send(answer(dial)), ANSWER_MS);
    await fallsBack(stage).finally(() => clearInterval(timer));
  },
});

/** A case on a connection of udp-sec that the target has dialled. */
const onConnection = (
  facts: Facts & Pick<DiallingCase, "must" | "needs">,
  check: (dial: AnsweredDial, session: PeerSession) => Promise<void>,
): DiallingCase => ({
  ...facts,
  ...COMMON,
  over: "udp",
  run: async (stage) => {
    const dial = await stage.third();
    if (dial.session === undefined) throw unexpected("no session");
    await check(dial, dial.session);
  },
});

export const DIALLED_OTHER_CASES: readonly DiallingCase[] = [
  onConnection(
    {
      id: "services/control-reply-with-another-digest",
      requirements: ["V-20", "V-3"],
      sends: "a reply to the target's greeting doesn't carry the digest of its request",
      must: "reset the stream, and keep the session",
    },
    async (dial) => {
      const open = dial.open({ ...HONEST_SERVICES, control: controlServer(withWrongDigest) });
      await open.isAlive();
      const greeting = (): ReturnType<typeof open.mux.streamNamed> => open.mux.streamNamed("control");
      const stream = await open.session.changes.until("the target's greeting", greeting, 5_000).catch(() => {
        throw new Inconclusive("the target opens no `control` on what it has dialled");
      });
      await stream.isReset(CANCELLED);
      await open.isAlive();
    },
  ),
  onConnection(
    {
      id: "12/responder-opens-a-stream",
      requirements: ["M-10", "M-45"],
      sends: "the responder of udp-sec opens stream 2",
      must: "take it: either side may open streams at once",
      needs: ["echo"],
    },
    (dial) => passEcho(dial.open().mux.open("echo/back"), 4_096),
  ),
  onConnection(
    {
      id: "12/data-before-open-ack",
      requirements: ["RX-134", "M-19", "M-16"],
      sends: "DATA comes on the target's stream before its OPEN_ACK",
      must: "close with APPLICATION and the reason mux.reject.invalid_stream_state_transition",
    },
    async (_, session) => {
      const { streamId } = await firstOpen(session);
      session.write(madeFrame("DATA", streamId, ascii("early")));
      const close = await session.changes.until("CLOSE", () => session.peerClose);
      demand(
        close.reason === "mux.reject.invalid_stream_state_transition",
        `it was closed with ${close.code} "${close.reason}"`,
      );
    },
  ),
  onConnection(
    {
      id: "12/opener-waits-for-open-ack",
      requirements: ["M-16", "M-12"],
      sends: "OPEN_ACK is held back for a while",
      must: "send no DATA on the stream before it",
    },
    async (_, session) => {
      const frames: SeenFrame[] = [];
      const { streamId } = await firstOpen(session);
      const reader = new MuxByteReader((frame) => void frames.push(frame));
      session.onBytes = (bytes) => reader.push(bytes);
      await passed(QUIET_MS);
      demand(
        frames.every(({ type }) => type !== "DATA"),
        "DATA comes before OPEN_ACK",
      );
      session.write(madeFrame("OPEN_ACK", streamId, u32(65_536)));
      await session.changes.until("DATA behind OPEN_ACK", () =>
        frames.some(({ type }) => type === "DATA") ? true : undefined,
      );
    },
  ),
  {
    ...TCP,
    id: "10/dialler-waits-for-accept",
    requirements: ["T-6", "T-2", "T-1", "T-5"],
    sends: "the target dials over TCP, and ACCEPT is held back for a while",
    must: "send messages of 48 and 160 bytes and no record before ACCEPT",
    run: (stage) =>
      inTime(stage, async (tcp) => {
        const session = await answerOverTcp(stage, tcp);
        const heard = tcp.heardBytes;
        demand(heard === MESSAGE_BYTES.first + MESSAGE_BYTES.third + 4, `the handshake took ${heard} bytes`);
        await passed(QUIET_MS);
        demand(tcp.heardBytes === heard, "a record comes before ACCEPT");
        session.send("ACCEPT");
        const open = new OpenTcpSession(session, HONEST_SERVICES);
        await passEchoOrPing(open);
      }),
  },
  protocol({ id: "10/data-in-accepts-place", requirements: ["RX-99", "T-9"], sends: "DATA comes before ACCEPT" }, [
    recordPlaintext("DATA", ascii("early")),
  ]),
  protocol({ id: "10/second-accept", requirements: ["RX-100", "T-9"], sends: "a second ACCEPT follows the first" }, [
    recordPlaintext("ACCEPT"),
    recordPlaintext("ACCEPT"),
  ]),
  {
    ...TCP,
    id: "10/close-in-accepts-place",
    requirements: ["T-11", "RX-98"],
    sends: "CLOSE AUTH comes in ACCEPT's place",
    must: "end TCP without a record of its own",
    run: (stage) =>
      inTime(stage, async (tcp) => {
        const session = await answerOverTcp(stage, tcp);
        const heard = tcp.heardBytes;
        session.send("CLOSE", u16(3));
        await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
        demand(tcp.heardBytes === heard, "the target says something on a dial that was refused");
      }),
  },
  ...(["another", "bad"] as const).map((kind): DiallingCase => ({
    ...TCP,
    id: kind === "another" ? "10/another-device-answers" : "10/answer-with-a-bad-proof",
    requirements: ["RX-92", "T-12", kind === "another" ? "I-10" : "I-8"],
    sends:
      kind === "another" ? "message 2 carries a good proof of another device" : "the signature in message 2 is wrong",
    must: "end TCP without a word",
    run: (stage) =>
      inTime(stage, async (tcp) => {
        const { at, stranger } = stage.setup;
        const proof2 =
          kind === "another"
            ? proofOf(stranger, "server", at.self.staticPublicKey)
            : flipped(proofOf(at.self, "server"), -1);
        await answerOverTcp(stage, tcp, proof2).catch(() => undefined);
        await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
        demand(tcp.heardBytes === MESSAGE_BYTES.first + 2, "the target answers message 2");
      }),
  })),
  {
    ...TCP,
    id: "10/no-accept",
    requirements: ["RX-103", "T-16"],
    sends: "ACCEPT never comes",
    must: "end TCP after 5 s without a word",
    isSlow: true,
    run: async (stage) => {
      const { tcp, atMs } = await stage.connection();
      await answerOverTcp(stage, tcp);
      const heard = tcp.heardBytes;
      const ended = (): true | undefined => (tcp.hasEnded ? true : undefined);
      await tcp.changes.until("the end of TCP", ended, TCP_DEADLINE_MS + LATE_MS);
      const took = performance.now() - atMs;
      demand(tcp.heardBytes === heard, "the target says something before ACCEPT");
      demand(
        took > TCP_DEADLINE_MS - LATE_MS && took < TCP_DEADLINE_MS + LATE_MS,
        `TCP ended after ${Math.round(took)} ms`,
      );
    },
  },
  {
    ...SELECTION,
    id: "11/falls-back-after-3-s",
    requirements: ["S-2", "H-35", "S-1"],
    sends: "no MSG1 is answered",
    must: "dial TCP at the same port 3 s after its first MSG1",
    run: async (stage) => void (await fallsBack(stage)),
  },
  keepsNobody(
    {
      id: "11/retry-keeps-nobody",
      requirements: ["S-3"],
      sends: "each MSG1 is answered with RETRY, and none with MSG2",
    },
    (dial) => dial.retry(Uint8Array.from(randomBytes(COOKIE_BYTES))),
  ),
  keepsNobody(
    {
      id: "11/what-looks-like-msg2-keeps-nobody",
      requirements: ["S-3", "RX-31"],
      sends: "each MSG1 is answered with a MSG2 that doesn't open",
    },
    (dial) => flipped(dial.msg2, -1),
  ),
  {
    ...SELECTION,
    id: "11/failure-is-remembered",
    requirements: ["S-4", "S-2"],
    sends: "after a fallback TCP ends, and the target dials again",
    must: "take TCP at once, without MSG1: for 60 s the failure is remembered",
    run: async (stage) => {
      const { tcp, atMs } = await fallsBack(stage);
      tcp.drop();
      const before = stage.of("MSG1").length;
      await stage.connection(atMs, 2);
      demand(stage.of("MSG1").length === before, "MSG1 leaves though the failure is remembered");
    },
  },
  {
    ...SELECTION,
    id: "11/udp-sec-alone",
    mode: "udp-sec",
    requirements: ["H-35", "S-1"],
    sends: "no MSG1 of a dialler in the mode `udp-sec` is answered",
    must: "repeat MSG1 until its 10 s are over, and never dial TCP",
    run: async (stage) => {
      const { atMs } = await stage.msg1();
      await passed(DEADLINE_MS + QUIET_MS);
      const attempt = stage.of("MSG1").filter((one) => one.atMs - atMs < DEADLINE_MS - EARLY_MS);
      demand(attempt.length >= 8, `${attempt.length} MSG1 within 10 s`);
      demand(stage.tcp.length === 0, "a dialler in the mode `udp-sec` dials TCP");
    },
  },
  {
    ...TCP,
    over: "selection",
    id: "11/tcp-alone",
    requirements: ["S-1"],
    sends: "a dialler in the mode `tcp` is let dial",
    must: "dial TCP at once, without MSG1",
    run: async (stage) => {
      await stage.connection();
      demand(stage.of("MSG1").length === 0, "a dialler in the mode `tcp` sends MSG1");
    },
  },
];

/** Bytes pass. @throws PeerError */
async function passEchoOrPing({ session, mux }: OpenTcpSession): Promise<void> {
  session.write(madeFrame("PING", 0, new Uint8Array(8)));
  await mux.changes.until("PONG", () => {
    if (session.tcp.hasEnded) throw unexpected("TCP ends");
    return mux.lastPong;
  });
}
