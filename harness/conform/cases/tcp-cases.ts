/** The transport over TCP (dsoftbus-transport.md#10-tcp-transport). */
import { randomBytes } from "node:crypto";
import { join, u16, zeros } from "../../observer/crypto/bytes.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { MESSAGE_BYTES, TCP_PROLOGUE } from "../../observer/handshakes/tcp-handshake.ts";
import { withLength } from "../../observer/wire/made-record.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { exchangeTwice } from "../../peer/services/control-peer.ts";
import { XkInitiator } from "../../peer/transport/noise-side.ts";
import { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import type { PeerTcpSession } from "../../peer/transport/peer-tcp-session.ts";
import type { CaseStage } from "../stage/case-stage.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";

const COMMON = { over: "tcp", target: "listens" } as const;
const PROTOCOL = 1;
/** Of the handshake, and of an end; and what clocks and processors may add. */
const DEADLINE_MS = 5_000;
const LATE_MS = 2_000;
/** Before its deadline can have been the reason. */
const AT_ONCE_MS = 4_000;
const LARGEST_RECORD_BYTES = 65_535;
const OVERHEAD_BYTES = 17;
const FRAME_BYTES = 32_768;
const HEADER_BYTES = 12;
const FLOOD = 42;
/** Fewer than may be in the handshake from one address. */
const BATCH = 7;

const ended = (
  facts: Pick<ListeningCase, "id" | "requirements" | "sends">,
  send: (session: PeerTcpSession) => void,
): ListeningCase => ({
  ...facts,
  ...COMMON,
  must: "close with PROTOCOL, and end TCP",
  run: async (stage) => {
    const open = await stage.openTcp();
    send(open.session);
    await open.isClosedWith(PROTOCOL);
  },
});

const record = (session: PeerTcpSession, kind: number, body: Uint8Array): void =>
  session.tcp.write(session.seal(join(Uint8Array.of(kind), body)));

/** What leaves in the place of message 1 gets no byte, and the end of TCP before the deadline. */
const hungUpOn = (
  facts: Pick<ListeningCase, "id" | "requirements" | "sends">,
  first: (stage: CaseStage) => Uint8Array,
): ListeningCase => ({
  ...facts,
  ...COMMON,
  must: "end TCP at once, without a word",
  run: async (stage) => {
    const tcp = await stage.connect();
    tcp.write(first(stage));
    await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined));
    demand(tcp.heardBytes === 0, `the target says ${tcp.heardBytes} bytes`);
    demand((tcp.endedAfterMs ?? 0) < AT_ONCE_MS, "TCP ends with the deadline alone");
  },
});

function messageOne({ setup: { self, target, trace } }: CaseStage): Uint8Array {
  const ephemeral = randomBytes(32);
  trace.ephemeral(x25519Public(ephemeral), ephemeral);
  return new XkInitiator(
    { staticSecret: self.staticSecret, ephemeral },
    target.staticPublicKey,
    TCP_PROLOGUE,
  ).writeFirst(new Uint8Array());
}

export const TCP_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "10/accept-comes-first",
    requirements: ["T-5", "T-1", "T-2", "T-4"],
    sends: "a handshake as it should be, then requests to `control`",
    must: "say ACCEPT as its first record, and answer",
    needs: ["control"],
    run: async (stage) => {
      const open = await stage.openTcp();
      demand(open.session.heardRecords === 1, "a record came before ACCEPT");
      await exchangeTwice(open.mux.open("control", 0));
      await open.endInOrder();
    },
  },
  hungUpOn(
    {
      id: "10/message-1-of-another-length",
      requirements: ["RX-90", "T-12", "T-7"],
      sends: "message 1 announces 49 bytes",
    },
    (stage) => join(u16(MESSAGE_BYTES.first + 1), messageOne(stage), zeros(1)),
  ),
  hungUpOn(
    {
      id: "10/length-is-judged-before-its-bytes",
      requirements: ["T-7", "RX-90"],
      sends: "message 1 announces 60,000 bytes, and none of them comes",
    },
    () => u16(60_000),
  ),
  hungUpOn(
    {
      id: "10/message-1-that-does-not-open",
      requirements: ["RX-91", "T-12"],
      sends: "message 1 is 48 bytes of chance",
    },
    () => withLength(Uint8Array.from(randomBytes(MESSAGE_BYTES.first))),
  ),
  hungUpOn(
    { id: "10/ephemeral-of-small-order", requirements: ["H-2", "RX-91"], sends: "message 1's ephemeral key is zeros" },
    (stage) => withLength(join(zeros(32), messageOne(stage).subarray(32))),
  ),
  hungUpOn(
    { id: "10/prologue-of-udp", requirements: ["T-1"], sends: "message 1 was made with the prologue of udp-sec" },
    ({ setup: { self, target } }) => {
      const keys = { staticSecret: self.staticSecret, ephemeral: randomBytes(32) };
      return withLength(new XkInitiator(keys, target.staticPublicKey).writeFirst(new Uint8Array()));
    },
  ),
  {
    ...COMMON,
    id: "10/largest-record",
    requirements: ["T-3", "T-8"],
    sends: "a record of 65,535 bytes carries two frames for an echo",
    must: "take it: every byte comes back",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.openTcp();
      const stream = open.mux.open("echo/record");
      await open.mux.changes.until("OPEN_ACK", () => (stream.isAcknowledged ? true : undefined));
      const room = LARGEST_RECORD_BYTES - OVERHEAD_BYTES - 2 * HEADER_BYTES;
      if (stream.credit < room)
        throw new Inconclusive(`a stream is granted ${stream.credit} bytes, too few for a full record`);
      const frames = [FRAME_BYTES, room - FRAME_BYTES].map((size) => madeFrame("DATA", stream.id, zeros(size)));
      open.session.send("DATA", join(...frames));
      let back = 0;
      while (back < room) {
        const bytes = await stream.some(FRAME_BYTES);
        if (bytes === undefined) break;
        back += bytes.length;
      }
      demand(back === room, `${back} of ${room} bytes came back`);
    },
  },
  ended(
    { id: "10/record-of-0-bytes", requirements: ["RX-94", "T-10", "T-7"], sends: "a record has `len` 0" },
    ({ tcp }) => tcp.write(u16(0)),
  ),
  ended({ id: "10/fin-with-bytes", requirements: ["RX-96", "T-8"], sends: "a FIN holds a byte" }, (session) =>
    record(session, 1, zeros(1)),
  ),
  ended({ id: "10/accept-with-bytes", requirements: ["RX-96", "T-8"], sends: "an ACCEPT holds a byte" }, (session) =>
    record(session, 3, zeros(1)),
  ),
  ended({ id: "10/close-of-one-byte", requirements: ["RX-97", "T-4"], sends: "a CLOSE holds half a code" }, (session) =>
    record(session, 2, zeros(1)),
  ),
  ended(
    { id: "10/reason-too-long", requirements: ["RX-97", "T-8"], sends: "a CLOSE has a reason of 256 bytes" },
    (session) => record(session, 2, join(u16(0), new Uint8Array(256).fill(0x78))),
  ),
  ended({ id: "10/fin-after-fin", requirements: ["RX-101", "T-9"], sends: "FIN follows FIN" }, (session) => {
    record(session, 1, zeros(0));
    record(session, 1, zeros(0));
  }),
  {
    ...COMMON,
    id: "10/close-after-fin",
    requirements: ["RX-98", "T-15"],
    sends: "CLOSE with an unknown code follows FIN",
    must: "end TCP in order: CLOSE is legal in any state",
    run: async (stage) => {
      const open = await stage.openTcp();
      const { session } = open;
      session.tcp.write(join(session.seal(Uint8Array.of(1)), session.seal(join(Uint8Array.of(2), u16(999)))));
      await open.isOver();
      demand(
        session.peerClose === undefined || session.peerClose.code === 0,
        `it was closed with ${session.peerClose?.code}`,
      );
    },
  },
  {
    ...COMMON,
    id: "10/close-ends-tcp",
    requirements: ["T-15", "RX-98"],
    sends: "CLOSE leaves, and TCP stays open from this side",
    must: "end TCP within 5 s",
    run: async (stage) => {
      const open = await stage.openTcp();
      const startedMs = performance.now();
      open.session.send("CLOSE", u16(0));
      await open.isOver();
      demand(performance.now() - startedMs < DEADLINE_MS + LATE_MS, "TCP outlives CLOSE by more than 5 s");
    },
  },
  {
    ...COMMON,
    id: "10/cut-off",
    requirements: ["RX-102", "T-13"],
    sends: "TCP ends in the middle of a record",
    must: "end its side too",
    run: async (stage) => {
      const open = await stage.openTcp();
      open.session.tcp.write(u16(100));
      open.session.tcp.end();
      await open.isOver();
    },
  },
  {
    ...COMMON,
    id: "10/both-fins",
    requirements: ["T-14", "M-32"],
    sends: "FIN leaves; once the target's has come, TCP ends from this side",
    must: "finish too, and end TCP",
    run: async (stage) => {
      const open = await stage.openTcp();
      await open.endInOrder();
      demand((open.session.peerClose?.code ?? 0) === 0, `it was closed with ${open.session.peerClose?.code}`);
    },
  },
  {
    ...COMMON,
    id: "10/handshake-deadline",
    requirements: ["T-16", "RX-103"],
    sends: "TCP is opened, and nothing is said",
    must: "end it after 5 s without a word",
    isSlow: true,
    run: async (stage) => {
      const tcp = await stage.connect();
      await tcp.changes.until("the end of TCP", () => (tcp.hasEnded ? true : undefined), DEADLINE_MS + LATE_MS);
      const took = tcp.endedAfterMs ?? 0;
      demand(tcp.heardBytes === 0, "the target speaks first");
      demand(took > DEADLINE_MS - LATE_MS && took < DEADLINE_MS + LATE_MS, `TCP ended after ${Math.round(took)} ms`);
    },
  },
  {
    ...COMMON,
    id: "10/over-the-rate",
    requirements: ["T-19", "RX-104"],
    sends: "handshakes of one address come faster than it is granted, each a good message 1",
    must: "end TCP without a word for those over the rate",
    isAlone: true,
    run: async (stage) => {
      const { target, addresses, trace, patienceMs } = stage.setup;
      let refused = 0;
      for (let round = 0; round < FLOOD / BATCH && refused === 0; round += 1) {
        const dials = Array.from({ length: BATCH }, () =>
          PeerTcp.dial(target.place, trace.tcp, { from: addresses[1], patienceMs }),
        );
        const connections = await Promise.all(dials);
        for (const tcp of connections) tcp.write(withLength(messageOne(stage)));
        for (const tcp of connections) {
          const isOver = (): true | undefined => (tcp.hasEnded || tcp.heardBytes > 0 ? true : undefined);
          await tcp.changes.until("an answer to message 1", isOver);
          if (tcp.heardBytes === 0) refused += 1;
        }
        for (const tcp of connections) tcp.drop();
      }
      if (refused === 0) throw new Inconclusive(`the target takes ${FLOOD} handshakes of one address at once`);
    },
  },
];
