/** Of the handshake: MSG3, its repeats and its refusals (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
import { flipped } from "../../observer/crypto/bytes.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import { PEER_PARAMS } from "../../peer/transport/handshake-text.ts";
import { PeerSocket } from "../../peer/transport/peer-socket.ts";
import { type ListeningCase } from "../stage/conform-case.ts";
import { dialThatStands, dialThatWasRefused, msg1IsDropped, msg3IsDropped } from "./handshake-steps.ts";
import { isAnswered } from "./session-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;

export const HANDSHAKE_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "3.5/ping-answers-msg3",
    requirements: ["H-38", "RX-49", "P-4"],
    sends: "a MSG3 as it should be",
    must: "answer at once, with pn 1",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await session.changes.until("a PING for MSG3", () => (session.heardPings >= 1 ? true : undefined));
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
      const { dial, msg3, session } = await dialThatStands(stage);
      for (let count = 0; count < 8; count += 1) dial.send(msg3);
      await passed(QUIET_MS);
      // Whoever is slow has not read all of them within 250 ms.
      demand(session.heardPings <= 3, `${session.heardPings} PINGs for nine MSG3 at once`);
      const before = session.heardPings;
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
      const { dial, msg3, session } = await dialThatStands(stage);
      await passed(QUIET_MS);
      const before = session.heardPings;
      dial.send(flipped(msg3, -1));
      await passed(QUIET_MS);
      demand(session.heardPings === before, "the target answers another MSG3 on a live connection");
      await isAnswered(session);
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
  msg3IsDropped(
    {
      id: "3.5/msg3-that-does-not-open",
      requirements: ["H-42", "RX-43"],
      sends: "a MSG3 that doesn't open, then the right one",
      must: "drop the first, and let the peer in by the second: the handshake is as it was",
    },
    (msg3) => flipped(msg3, -1),
  ),
  msg3IsDropped(
    {
      id: "3.5/msg3-with-a-changed-static-key",
      requirements: ["H-42", "RX-43"],
      sends: "in MSG3 a bit of the sealed static key is changed, then the right one comes",
      must: "drop the first, and let the peer in by the second",
    },
    (msg3) => flipped(msg3, 30),
  ),
  {
    ...COMMON,
    id: "3.5/msg3-from-another-port",
    requirements: ["RX-37", "H-16"],
    sends: "MSG3 leaves from another port than MSG1 did, then from its own",
    must: "drop the first, and let the peer in by the second",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const msg3 = dial.third();
      const { trace, target, addresses } = stage.setup;
      const other = await PeerSocket.open(trace.datagram, { address: addresses[0], port: 0 });
      let came = 0;
      other.onDatagram = () => void (came += 1);
      other.send(msg3, target.place);
      await dial.isQuiet("the target takes a MSG3 from another port").finally(() => other.close());
      demand(came === 0, "the target answers at another port than MSG1's");
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
      const { bytes } = await dial.msg2(2);
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
      const { dial, msg3 } = await dialThatWasRefused(stage);
      for (let count = 0; count < 4; count += 1) dial.send(msg3);
      await passed(QUIET_MS);
      const [first, ...more] = dial.of("CLOSE");
      // Whoever is slow has not read all of them within 250 ms.
      demand(more.length <= 2, `${more.length + 1} CLOSEs for five MSG3 at once`);
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
      const { dial, msg3 } = await dialThatWasRefused(stage);
      dial.send(flipped(msg3, -1));
      await dial.isQuiet("the target answers another MSG3 after its refusal");
    },
  },
];
