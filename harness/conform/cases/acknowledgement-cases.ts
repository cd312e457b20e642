/** What is acknowledged, when, and what leaves again (dsoftbus-transport.md#5-acknowledgement-and-recovery). */
import { join, u64, zeros } from "../../observer/crypto/bytes.ts";
import { ackBody } from "../../observer/wire/sealed-packet.ts";
import { readUdpHeader } from "../../observer/wire/udp-header.ts";
import { madeFrame } from "../../peer/mux/peer-frames.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { passed } from "../../peer/transport/changes.ts";
import type { PeerSession } from "../../peer/transport/peer-session.ts";
import type { CaseStage } from "../stage/case-stage.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import type { HeardDatagram, RawDial } from "../stage/raw-dial.ts";
import { openedBy } from "./handshake-steps.ts";
import { isAnswered, isTaken } from "./session-steps.ts";
import { OpenSession } from "../../peer/lies/open-session.ts";
import { HONEST_SERVICES } from "../../peer/services/all-services.ts";

const COMMON = { over: "udp", target: "listens" } as const;
/** Beyond what was declared: clocks and processors of both sides. */
const LATE_MS = 1_000;
/** From 1 ms, the shortest that can be, doubled each time: so many expiries fit into a second, of two packets each, and some to spare. */
const MOST_PROBES = 24;
const WATCHED_MS = 1_000;
const INITIAL_WINDOW_BYTES = 12_000;
const MSS_BYTES = 1_200;
const FLIGHT_MS = 180;
const MANY_PACKETS = 200;
const BITMAP_PNS = 32;
const MOST_RANGES = 32;
const PINGS = 8;
const PING_GAP_MS = 100;
/** The shortest probe timeout there is: the ack delay that the suite declares, and 1 ms. It doubles, and its two packets each may carry what has never left. */
const PROBE_MS = 26;

/** Who sends, and then hears nothing any more. The echo of what was written is never acknowledged. */
async function deafAfterEcho(stage: CaseStage, bytes: number): Promise<{ dial: RawDial; session: PeerSession }> {
  const dial = await stage.raw();
  const session = await dial.opened();
  const { mux } = new OpenSession(session, HONEST_SERVICES);
  const stream = mux.open("echo/deaf");
  await mux.changes.until("OPEN_ACK", () => (stream.isAcknowledged ? true : undefined));
  await passed(100);
  session.packetsInFlight = 64;
  stream.write(zeros(bytes));
  session.isAnswering = false;
  return { dial, session };
}

/** @returns offset, end and pn of each DATA that has come since, in the order of arrival */
function dataOf(dial: RawDial, from: number): readonly { pn: number; offset: number; end: number }[] {
  return dial.of("DATA").flatMap(({ bytes }) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const plaintext = openedBy(dial, bytes);
    const offset = Number(new DataView(plaintext.buffer, plaintext.byteOffset).getBigUint64(16, true));
    return offset < from ? [] : [{ pn: view.getUint32(12, true), offset, end: offset + plaintext.length - 24 }];
  });
}

export const ACKNOWLEDGEMENT_CASES: readonly ListeningCase[] = [
  {
    ...COMMON,
    id: "5/data-is-acknowledged-in-time",
    requirements: ["R-4", "RX-80"],
    sends: "one DATA packet, and nothing else",
    must: "acknowledge it within the ack delay that it declared",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const sentMs = performance.now();
      const frame = madeFrame("PONG", 0, u64(5));
      await isTaken(session, session.send({ type: "DATA", body: join(u64(0), frame) }));
      const took = performance.now() - sentMs;
      const declared = dial.peerParams.ackDelayMs;
      demand(
        took <= declared + LATE_MS,
        `the acknowledgement took ${Math.round(took)} ms, where ${declared} ms were declared`,
      );
    },
  },
  {
    ...COMMON,
    id: "5/known-data-is-acknowledged-again",
    requirements: ["RX-79", "R-5"],
    sends: "the same stream bytes come again under a new pn",
    must: "acknowledge them: the first acknowledgement may have been lost",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      const body = join(u64(0), madeFrame("PONG", 0, u64(5)));
      await isTaken(session, session.send({ type: "DATA", body }));
      await isTaken(session, session.send({ type: "DATA", body }));
    },
  },
  {
    ...COMMON,
    id: "5/names-what-came-and-nothing-else",
    requirements: ["R-1", "R-2", "P-14"],
    sends: "PINGs under every third pn",
    must: "acknowledge these, and none between them",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const sent: number[] = [];
      const { pn: first } = session.seal({ type: "PING" });
      for (let pn = first + 3; pn <= first + 120; pn += 3) sent.push(session.send({ type: "PING", pn }));
      for (const pn of sent) await isTaken(session, pn);
      for (const pn of sent) {
        const named = [pn - 1, pn - 2].filter((gap) => session.isAcknowledged(gap));
        demand(named.length === 0, `pn ${named.join(", ")} was never sent, and is acknowledged`);
      }
      demand(session.malformed === undefined, `an acknowledgement is malformed: ${session.malformed}`);
    },
  },
  {
    ...COMMON,
    id: "5/at-most-32-ranges",
    requirements: ["R-11", "RX-63"],
    sends: "250 PINGs under every second pn, whose acknowledgements are not heard",
    must: "list at most 32 ranges, in their order",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await isAnswered(session);
      const { pn: first } = session.seal({ type: "PING" });
      const largest = Math.max(...Array.from({ length: 250 }, (_, index) => index)) * 2 + first + 2;
      for (let pn = first + 2; pn <= largest; pn += 2) {
        session.send({ type: "PING", pn, ack: 1, ackBits: 0 });
        if (pn % 50 === 0) await passed(5);
      }
      await isTaken(session, largest);
      demand(session.malformed === undefined, `an acknowledgement is malformed: ${session.malformed}`);
    },
  },
  {
    ...COMMON,
    id: "5/old-pns-are-acknowledged-again",
    requirements: ["R-29", "P-14"],
    sends: "two hundred packets of the target's come; then an ACK names all of them once more, to the first",
    must: "make nothing of those it has forgotten, and go on",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      while (session.heardPackets < MANY_PACKETS) await isAnswered(session);
      const heard = new Set(dial.heard.map(({ bytes }) => readUdpHeader(bytes).value?.pn ?? 0));
      const ranges: [number, number][] = [];
      for (let pn = session.largestHeard - BITMAP_PNS - 1; pn > 0 && ranges.length < MOST_RANGES; pn -= 1) {
        const lowest = ranges.at(-1);
        if (heard.has(pn) && lowest?.[0] === pn + 1) lowest[0] = pn;
        else if (heard.has(pn)) ranges.push([pn, pn]);
      }
      session.send({ type: "ACK", body: ackBody(ranges) });
      await isAnswered(session);
    },
  },
  {
    ...COMMON,
    id: "5/lost-bytes-leave-again",
    requirements: ["R-13", "P-4", "R-22"],
    sends: "an echo is asked for, and nothing of it is acknowledged",
    must: "send the same bytes again, under new pns",
    needs: ["echo"],
    run: async (stage) => {
      const { dial, session } = await deafAfterEcho(stage, 100);
      const from = session.deliveredEnd;
      const copiesSoFar = (): ReturnType<typeof dataOf> => dataOf(dial, from).filter(({ offset }) => offset === from);
      const copies = await dial.changes
        .until("three copies of unacknowledged bytes", () => (copiesSoFar().length >= 3 ? copiesSoFar() : undefined))
        .catch((error: unknown) => {
          // With bytes it should probe, and need not.
          if (copiesSoFar().length < 3 && dial.count("PING") >= 3)
            throw new Inconclusive("the target probes with PING alone, and nothing acknowledges it");
          throw error;
        });
      const pns = copies.map(({ pn }) => pn);
      demand(new Set(pns).size === pns.length, `bytes leave again under a pn that was used: ${pns.join(", ")}`);
    },
  },
  {
    ...COMMON,
    id: "5/probes-become-rare",
    requirements: ["R-20"],
    sends: "an echo is asked for, and nothing of it is acknowledged for a second",
    must: "double its probe timeout each time",
    needs: ["echo"],
    run: async (stage) => {
      const { dial } = await deafAfterEcho(stage, 100);
      await passed(WATCHED_MS);
      const before = dial.count("DATA") + dial.count("PING");
      demand(before <= MOST_PROBES, `${before} packets ask for an acknowledgement within ${WATCHED_MS} ms`);
    },
  },
  {
    ...COMMON,
    id: "5/acknowledges-with-a-full-window",
    requirements: ["R-9", "RX-82", "R-23"],
    sends: "an echo of 40 KB is asked for and never acknowledged, then come PINGs, a tenth of a second apart",
    must: "acknowledge them in ACKs, and go on to probe: neither waits for a congestion window",
    needs: ["echo"],
    run: async (stage) => {
      const { dial, session } = await deafAfterEcho(stage, 40_000);
      // Who paces fills its window in its own time.
      await passed(3 * FLIGHT_MS);
      const { pn: before } = session.seal({ type: "PING" });
      const asking = (): number => dial.count("DATA") + dial.count("PING");
      const askedBefore = asking();
      for (let count = 0; count < PINGS; count += 1) {
        session.send({ type: "PING" });
        await passed(PING_GAP_MS);
      }
      // DATA that leaves anyway may carry one acknowledgement or another.
      const isOfPing = ({ bytes }: HeardDatagram): boolean => (readUdpHeader(bytes).value?.ack ?? 0) > before;
      await dial.changes.until("an ACK of a PING", () => (dial.of("ACK").some(isOfPing) ? true : undefined));
      await dial.changes.until("a probe with a full window", () => (asking() > askedBefore ? true : undefined));
    },
  },
  {
    ...COMMON,
    id: "7/initial-window",
    requirements: ["C-3", "C-1", "C-2"],
    sends: "an echo of 40 KB is asked for, and nothing of it is acknowledged",
    must: "have no more than ten datagrams' worth of new bytes on the way, beside its probes",
    needs: ["echo"],
    run: async (stage) => {
      const { dial, session } = await deafAfterEcho(stage, 40_000);
      const from = session.deliveredEnd;
      await dial.changes.until("bytes of the echo", () => (dataOf(dial, from).length > 0 ? true : undefined));
      const startedMs = performance.now();
      await passed(FLIGHT_MS);
      const expiries = Math.floor(Math.log2((performance.now() - startedMs + FLIGHT_MS) / PROBE_MS + 1));
      const reached = Math.max(...dataOf(dial, from).map(({ end }) => end)) - from;
      demand(
        reached <= INITIAL_WINDOW_BYTES + (1 + 2 * expiries) * MSS_BYTES,
        `${reached} bytes are on the way before any is acknowledged`,
      );
    },
  },
];
