/** What a dialler makes of MSG2 (dsoftbus-transport.md#35-repeats-deadlines-refusals, receiving.md#handshake-datagrams). */
import { flipped, patched, zeros } from "../../observer/crypto/bytes.ts";
import { proofOf } from "../../observer/crypto/device.ts";
import { readMsg1 } from "../../observer/wire/handshake-datagrams.ts";
import { UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { PEER_PARAMS, type ResponderChanges } from "../../peer/transport/handshake-text.ts";
import { PeerSocket } from "../../peer/transport/peer-socket.ts";
import type { DiallingCase } from "../stage/conform-case.ts";
import type { DialledStage, DialledStageSetup } from "../stage/dialled-stage.ts";
import type { HeardDatagram } from "../stage/raw-dial.ts";

const COMMON = { over: "udp", target: "dials", mode: "auto" } as const;
/** For a processor that other work has, at either end: the next copy of a handshake message comes later than that. */
const AT_ONCE_MS = 1_000;
/** Longer than from one copy of MSG1 to the next, shorter than until another dial may fall back. */
const GIVEN_UP_MS = 2_500;

type Facts = Pick<DiallingCase, "id" | "requirements" | "sends">;

/** A MSG2 that must be dropped: the attempt goes on, and takes the right one. */
const dropped = (facts: Facts, wrong: (setup: DialledStageSetup) => ResponderChanges): DiallingCase => ({
  ...facts,
  ...COMMON,
  must: "drop it, and go on with the right MSG2 that follows",
  run: async (stage) => {
    const msg1 = await stage.msg1();
    const bad = stage.answer(msg1, wrong(stage.setup));
    bad.send(bad.msg2);
    await passed(QUIET_MS / 2);
    demand(stage.of("MSG3").length === 0, "the target goes on with it");
    await goesOn(stage, msg1);
  },
});

/** @throws PeerError unless a right MSG2 is answered with MSG3 */
async function goesOn(stage: DialledStage, msg1: HeardDatagram): Promise<void> {
  const good = stage.answer(msg1);
  good.send(good.msg2);
  await good.third();
}

/** A MSG2 for which the attempt must end, and nothing may leave any more. */
const ending = (facts: Facts, wrong: (setup: DialledStageSetup) => ResponderChanges): DiallingCase => ({
  ...facts,
  ...COMMON,
  must: "give the dial up at once: no MSG3, no other MSG1 of this attempt, no TCP in its place",
  run: async (stage) => {
    const msg1 = await stage.msg1();
    const bad = stage.answer(msg1, wrong(stage.setup));
    bad.send(bad.msg2);
    await passed(AT_ONCE_MS);
    const ofAttempt = (): number =>
      stage.of("MSG1").filter(({ bytes }) => Buffer.compare(readMsg1(bytes).mac1, readMsg1(msg1.bytes).mac1) === 0)
        .length;
    const before = ofAttempt();
    await passed(GIVEN_UP_MS);
    demand(ofAttempt() === before, "MSG1 is repeated");
    demand(stage.of("MSG3").length === 0, "the target answers with MSG3");
    demand(!stage.hasFallenBack, "the target falls back to TCP");
  },
});

export const DIALLED_MSG2_CASES: readonly DiallingCase[] = [
  dropped({ id: "3.5/msg2-that-does-not-open", requirements: ["RX-31", "H-42"], sends: "a MSG2 doesn't open" }, () => ({
    msg2: (datagram) => flipped(datagram, -1),
  })),
  dropped(
    { id: "3.5/msg2-of-small-order", requirements: ["H-2", "RX-31"], sends: "MSG2's ephemeral key is zeros" },
    () => ({ msg2: (datagram) => patched(datagram, UDP_SEC_HEADER_BYTES, zeros(32)) }),
  ),
  dropped(
    {
      id: "3.2/msg2-window-too-small",
      requirements: ["RX-32", "H-43", "H-10"],
      sends: "MSG2 declares a window of 16,383 bytes",
    },
    () => ({ params2: { ...PEER_PARAMS, window: 16_383 } }),
  ),
  dropped(
    { id: "3.2/msg2-ack-delay-0", requirements: ["RX-32", "H-43", "H-12"], sends: "MSG2 declares an ack delay of 0" },
    () => ({ params2: { ...PEER_PARAMS, ackDelayMs: 0 } }),
  ),
  dropped(
    {
      id: "3.2/msg2-idle-too-short",
      requirements: ["RX-32", "H-43", "H-11"],
      sends: "MSG2 declares an idle timeout of 2,999 ms",
    },
    () => ({ params2: { ...PEER_PARAMS, idleTimeoutMs: 2_999 } }),
  ),
  dropped(
    {
      id: "3.1/msg2-cut-short",
      requirements: ["RX-26", "H-8"],
      sends: "a MSG2 of 1,199 bytes has a `len` that agrees",
    },
    () => ({
      msg2: (datagram) => {
        const short = datagram.slice(0, 1_199);
        short.set([(1_199 - 26) & 0xff, (1_199 - 26) >> 8], 24);
        return short;
      },
    }),
  ),
  {
    ...COMMON,
    id: "3.5/msg2-from-another-port",
    requirements: ["RX-23", "H-16"],
    sends: "a MSG2 comes from another port than was dialled",
    must: "drop it, and go on with the one from the right port",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      const dial = stage.answer(msg1);
      const { at, trace } = stage.setup;
      const other = await PeerSocket.open(trace.datagram, { address: at.place.address, port: 0 });
      other.send(dial.msg2, msg1.from);
      await passed(QUIET_MS / 2);
      other.close();
      demand(stage.of("MSG3").length === 0, "the target goes on with it");
      dial.send(dial.msg2);
      await dial.third();
    },
  },
  {
    ...COMMON,
    id: "3.3/msg2-with-high-half-0",
    requirements: ["RX-24", "H-15"],
    sends: "a MSG2 has a high half of 0",
    must: "drop it, and go on with the right MSG2 that follows",
    run: async (stage) => {
      const msg1 = await stage.msg1();
      const bad = stage.answer(msg1);
      bad.send(bad.headed(bad.msg2, { high: 0 }));
      await passed(QUIET_MS / 2);
      demand(stage.of("MSG3").length === 0, "the target goes on with it");
      await goesOn(stage, msg1);
    },
  },
  ending(
    {
      id: "2/another-device-answers",
      requirements: ["RX-33", "I-10", "H-45", "S-5"],
      sends: "MSG2 carries a good proof of another device than was dialled",
    },
    ({ at: { self }, stranger }) => ({ proof2: proofOf(stranger, "server", self.staticPublicKey) }),
  ),
  ending(
    {
      id: "2/answer-with-a-bad-proof",
      requirements: ["RX-33", "I-8", "H-45", "S-5"],
      sends: "the signature in MSG2's proof is wrong",
    },
    ({ at: { self } }) => ({ proof2: flipped(proofOf(self, "server"), -1) }),
  ),
  ending(
    {
      id: "2/answer-with-a-proof-of-an-initiator",
      requirements: ["RX-33", "I-6", "H-45"],
      sends: "MSG2 carries the proof that MSG3 would",
    },
    ({ at: { self } }) => ({ proof2: proofOf(self, "client") }),
  ),
];
