/** The stream of a connection, its credit and its end (dsoftbus-transport.md#6-stream-and-flow-control). */
import { join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { TYPES } from "../../observer/wire/udp-header.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passEcho } from "../../peer/services/echo-peer.ts";
import { unexpected } from "../../peer/transport/changes.ts";
import type { PeerSession } from "../../peer/transport/peer-session.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import { openedBy } from "./handshake-steps.ts";
import { closedFor, isAnswered, isTaken } from "./session-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const FAR_BYTES = 4 * 1024 * 1024;
/** More than a window as ours declares it, so that it must be raised. */
const MANY_BYTES = 400_000;
const PONG = madeFrame("PONG", 0, u64(1));
/** More than the segments that are kept. */
const HOLES = 1_100;
const AT_A_TIME = 32;
const MOST_ROUNDS = 5;

/** Bytes of a frame, each in a packet for itself, until the target has acknowledged one with it. */
class SingleBytes {
  readonly #session: PeerSession;
  readonly #base: number;
  readonly #frame: Uint8Array;
  readonly #pns = new Map<number, number[]>();

  constructor(session: PeerSession, base: number, frame: Uint8Array) {
    this.#session = session;
    this.#base = base;
    this.#frame = frame;
  }

  get areAcknowledged(): boolean {
    return this.#frame.every((_, at) => this.#isAcknowledged(at));
  }

  /** Those of them that have not been acknowledged. */
  async send(isMeant: (at: number) => boolean): Promise<void> {
    let left = 0;
    for (let at = 0; at < this.#frame.length; at += 1) {
      if (!isMeant(at) || this.#isAcknowledged(at)) continue;
      const body = join(u64(this.#base + at), this.#frame.subarray(at, at + 1));
      this.#pns.set(at, [...(this.#pns.get(at) ?? []), this.#session.send({ type: "DATA", body })]);
      left += 1;
      // No socket's buffer is the question.
      if (left % AT_A_TIME === 0) await isAnswered(this.#session);
    }
    await isAnswered(this.#session);
  }

  #isAcknowledged(at: number): boolean {
    return this.#pns.get(at)?.some((pn) => this.#session.isAcknowledged(pn)) === true;
  }
}

export const STREAM_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "6/window-begins-as-declared",
    requirements: ["F-2", "F-1", "P-8"],
    sends: "a handshake as it should be, and nothing behind it",
    must: "grant in its first packet the window that its params declared, and no more",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.opened();
      const [first] = dial.heard.filter(({ typ }) => typ >= TYPES.DATA);
      if (first === undefined) throw unexpected("no packet has come");
      const state = openedBy(dial, first.bytes);
      const view = new DataView(state.buffer, state.byteOffset);
      const [delivered, window] = [Number(view.getBigUint64(0, true)), view.getUint32(8, true)];
      demand(delivered === 0, `${delivered} bytes are delivered, and none has left`);
      demand(window === dial.peerParams.window, `${window} bytes are granted, ${dial.peerParams.window} were declared`);
    },
  },
  {
    ...COMMON,
    id: "6/credit-follows-reading",
    requirements: ["F-6", "F-1"],
    sends: "400,000 bytes leave for an echo, more than the window that was declared",
    must: "tell of new credit as it reads, without being asked",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      await passEcho(open.mux.open("echo/much"), MANY_BYTES);
    },
  },
  {
    ...COMMON,
    id: "6/pieces-in-any-order",
    requirements: ["F-14", "RX-80"],
    sends: "a frame comes in single bytes, the last first, each twice",
    must: "take it as the whole that it is: PING of the mux is answered",
    run: async (stage) => {
      const open = await stage.open();
      const { session } = open;
      const frame = madeFrame("PING", 0, u64(0x5eed));
      for (let at = frame.length - 1; at >= 0; at -= 1) {
        const body = join(u64(at), frame.subarray(at, at + 1));
        session.send({ type: "DATA", body });
        session.send({ type: "DATA", body: join(u64(at), frame.subarray(at, at + 2)) });
      }
      await session.changes.until("the end of the PONG", () =>
        session.deliveredEnd >= PONG.length ? true : undefined,
      );
      demand(session.peerDelivered <= frame.length, "the target has delivered more than was sent");
    },
  },
  closedFor(
    { id: "6/final-size-changes", requirements: ["RX-75", "F-10"], sends: "a second FIN names another end" },
    () => ({ type: "DATA", fin: true, body: u64(PONG.length + 4) }),
    "protocol",
    async ({ session }) => {
      await isTaken(session, session.send({ type: "DATA", fin: true, body: join(u64(0), PONG) }));
    },
  ),
  closedFor(
    { id: "6/final-size-below-what-came", requirements: ["RX-76", "F-10"], sends: "FIN ends below bytes that arrived" },
    () => ({ type: "DATA", fin: true, body: u64(PONG.length - 1) }),
    "protocol",
    async ({ session }) => {
      await isTaken(session, session.send({ type: "DATA", body: join(u64(0), PONG) }));
    },
  ),
  closedFor(
    {
      id: "6/final-size-beyond-credit",
      requirements: ["RX-77", "F-11"],
      sends: "FIN without bytes ends beyond credit",
    },
    ({ creditEnd }) => ({ type: "DATA", fin: true, body: u64(creditEnd + FAR_BYTES) }),
    "flowControl",
  ),
  closedFor(
    {
      id: "6/protocol-before-flow-control",
      requirements: ["F-11", "RX-75"],
      sends: "behind the final size bytes come that are beyond credit too",
    },
    ({ creditEnd }) => ({ type: "DATA", body: join(u64(creditEnd + FAR_BYTES), zeros(4)) }),
    "protocol",
    async ({ session }) => {
      await isTaken(session, session.send({ type: "DATA", fin: true, body: join(u64(0), PONG) }));
    },
  ),
  {
    ...COMMON,
    id: "6/fin-alone",
    requirements: ["F-9", "F-12", "F-13", "M-32"],
    sends: "FIN leaves alone, behind all bytes",
    must: "acknowledge it by its pn, and finish its own direction",
    run: async (stage) => {
      const open = await stage.open();
      open.session.onFinished = () => undefined;
      await isTaken(open.session, open.session.send({ type: "DATA", body: join(u64(0), PONG) }));
      await isTaken(open.session, open.session.send({ type: "DATA", fin: true, body: u64(PONG.length) }));
      await open.session.changes.until("the target's FIN", () => (open.session.hasFinishedReading ? true : undefined));
    },
  },
  {
    ...COMMON,
    id: "9/more-holes-than-segments",
    requirements: ["B-7", "RX-78", "P-22"],
    sends:
      "every second byte of a frame comes for itself, 1,100 of them, then all that was not acknowledged, in its order",
    must: "bound what it keeps, acknowledge none of what it dropped, and take the next byte in order always",
    needs: ["sink"],
    run: async (stage) => {
      const open = await stage.open();
      const { session } = open;
      const stream = open.mux.open("sink/holes");
      await open.mux.changes.until("OPEN_ACK", () => (stream.isAcknowledged ? true : undefined));
      if (stream.credit < 2 * HOLES)
        throw new Inconclusive(`a stream is granted ${stream.credit} bytes, too few for so many holes`);
      await open.isSettled();
      const base = session.sentEnd;
      const frame = madeFrame("DATA", stream.id, zeros(2 * HOLES));
      const bytes = new SingleBytes(session, base, frame);
      await bytes.send((at) => at % 2 === 1);
      await open.isAlive();
      for (let round = 1; !bytes.areAcknowledged; round += 1) {
        demand(round <= MOST_ROUNDS, "bytes in their order are not acknowledged");
        await bytes.send(() => true);
      }
      await session.changes.until("all bytes, each of which was acknowledged", () =>
        session.peerDelivered >= base + frame.length ? true : undefined,
      );
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "9/datagrams-of-1200-bytes",
    requirements: ["B-2", "P-10"],
    sends: "100,000 bytes leave for an echo",
    must: "send none of its datagrams above 1,200 bytes",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      await passEcho(open.mux.open("echo/large"), 100_000);
      const largest = stage.setup.trace.largestCame;
      demand(largest <= 1_200, `a datagram of ${largest} bytes came`);
    },
  },
];
