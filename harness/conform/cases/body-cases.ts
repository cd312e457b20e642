/** Of packets: what stands behind the receiver state (dsoftbus-transport.md#42-bodies). */
import { ascii, join, u16, u64, zeros } from "../../observer/crypto/bytes.ts";
import { ackBody, closeBody } from "../../observer/wire/sealed-packet.ts";
import type { OpenSession } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import { closedFor, hasSent, isAnswered, isTaken } from "./session-steps.ts";

const COMMON = { over: "udp", target: "listens" } as const;
const MAX_OFFSET = 2 ** 53 - 1;
const MAX_U32 = 0xffff_ffff;
/** So many pns that ranges below the bitmap can name real ones. */
const ENOUGH_PNS = 45;
/** A sender that skips as it should has skipped one by then. */
const MOST_PINGS = 1_100;

const manyPns = (open: OpenSession): Promise<void> => hasSent(open.session, ENOUGH_PNS);

const ranges = (
  id: ListeningCase["id"],
  requirements: ListeningCase["requirements"],
  sends: string,
  listed: (ack: number) => readonly (readonly [number, number])[],
  count?: number,
): ListeningCase =>
  closedFor(
    { id, requirements, sends },
    ({ largestHeard: ack }) => ({ type: "ACK", ack, ackBits: 0, body: ackBody(listed(ack), count) }),
    "protocol",
    manyPns,
  );

export const BODY_CASES: readonly ListeningCase[] = [
  closedFor(
    { id: "4.2/empty-plaintext", requirements: ["RX-60", "P-15"], sends: "a PING has a plaintext of no bytes" },
    () => ({ type: "PING", plaintext: zeros(0) }),
  ),
  closedFor(
    { id: "4.2/plaintext-of-15-bytes", requirements: ["RX-60", "P-15"], sends: "an ACK has a plaintext of 15 bytes" },
    () => ({ type: "ACK", plaintext: zeros(15) }),
  ),
  closedFor(
    { id: "4.2/data-without-a-whole-offset", requirements: ["RX-61", "P-10"], sends: "DATA ends within its offset" },
    () => ({ type: "DATA", body: zeros(7) }),
  ),
  closedFor(
    { id: "4.2/data-of-no-bytes", requirements: ["RX-61", "P-10"], sends: "DATA without FIN holds no stream bytes" },
    ({ sentEnd }) => ({ type: "DATA", body: u64(sentEnd) }),
  ),
  closedFor(
    { id: "4.2/offset-too-large", requirements: ["RX-62", "P-15", "P-25"], sends: "DATA has an offset of 2^53" },
    () => ({ type: "DATA", body: join(u64(MAX_OFFSET + 1), zeros(1)) }),
  ),
  closedFor(
    {
      id: "4.2/end-too-large",
      requirements: ["RX-62", "P-15"],
      sends: "DATA ends above 2^53 - 1, where it begins below",
    },
    () => ({ type: "DATA", body: join(u64(MAX_OFFSET), zeros(2)) }),
  ),
  closedFor({ id: "4.2/delivered-too-large", requirements: ["RX-73", "P-15"], sends: "`delivered` is 2^53" }, () => ({
    type: "PING",
    delivered: MAX_OFFSET + 1,
  })),
  closedFor(
    { id: "4.2/close-cut-short", requirements: ["RX-65", "P-13"], sends: "a CLOSE ends behind its code" },
    () => ({ type: "CLOSE", body: u16(0) }),
  ),
  closedFor(
    { id: "4.2/close-with-more", requirements: ["RX-65", "P-13"], sends: "a byte stands behind the reason of a CLOSE" },
    () => ({ type: "CLOSE", body: join(closeBody(0, ascii("x")), zeros(1)) }),
  ),
  closedFor(
    {
      id: "4.2/close-reason-cut-short",
      requirements: ["RX-65", "P-13"],
      sends: "a CLOSE's reason is shorter than it says",
    },
    () => ({ type: "CLOSE", body: closeBody(0, ascii("abc"), 4) }),
  ),
  closedFor(
    { id: "4.2/ack-without-a-count", requirements: ["RX-63", "P-11"], sends: "an ACK ends behind its receiver state" },
    () => ({ type: "ACK", body: zeros(0) }),
  ),
  ranges("4.2/33-ranges", ["RX-63", "P-11"], "an ACK lists 33 ranges", () =>
    Array.from({ length: 33 }, (_, index): [number, number] => [200 - 3 * index, 200 - 3 * index]),
  ),
  ranges("4.2/fewer-ranges-than-told", ["RX-63", "P-11"], "an ACK says 2 ranges and has one", () => [[3, 4]], 2),
  ranges(
    "4.2/more-ranges-than-told",
    ["RX-63", "P-11"],
    "an ACK says 1 range and has two",
    () => [
      [8, 9],
      [3, 4],
    ],
    1,
  ),
  ranges("4.2/range-from-0", ["RX-68", "P-14"], "a range begins at pn 0", () => [[0, 3]]),
  ranges("4.2/range-backwards", ["RX-68", "P-14"], "a range ends before it begins", () => [[6, 4]]),
  ranges("4.2/range-within-the-bitmap", ["RX-68", "P-14"], "a range reaches into what the bitmap covers", (ack) => [
    [ack - 32, ack - 32],
  ]),
  ranges("4.2/ranges-ascend", ["RX-69", "P-14"], "the lower of two ranges comes first", () => [
    [3, 4],
    [7, 8],
  ]),
  ranges("4.2/ranges-touch", ["RX-69", "P-14"], "two ranges touch", () => [
    [5, 6],
    [3, 4],
  ]),
  ranges("4.2/ranges-overlap", ["RX-69", "P-14"], "two ranges overlap", () => [
    [5, 8],
    [3, 6],
  ]),
  {
    ...COMMON,
    id: "4.2/legal-ranges",
    requirements: ["P-14", "R-2"],
    sends: "an ACK lists two true ranges below the bitmap",
    must: "take it and go on",
    run: async (stage) => {
      const open = await stage.open();
      const { session } = open;
      const came = new Set<number>();
      session.onPacket = ({ pn }) => void came.add(pn);
      await manyPns(open);
      const { largestHeard: ack } = session;
      // Any of them may be one that the target has skipped.
      const below = [...came].filter((pn) => pn <= ack - 33).sort((a, b) => b - a);
      const [first = 1] = below;
      const second = below.find((pn) => pn < first - 1) ?? 1;
      const ranges = [first, second].map((pn): [number, number] => [pn, pn]);
      session.send({ type: "ACK", ack, ackBits: 0, body: ackBody(ranges) });
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "4.2/any-ack-delay-and-window",
    requirements: ["RX-84", "RX-85"],
    sends: "a PING tells the largest `ack_delay` and the largest `window` that can be written",
    must: "take it and go on",
    run: async (stage) => {
      const open = await stage.open();
      await open.isAlive();
      await isTaken(open.session, open.session.send({ type: "PING", ackDelayUs: MAX_U32, window: MAX_U32 }));
      await open.isAlive();
    },
  },
  {
    ...COMMON,
    id: "4.2/ack-of-a-skipped-pn",
    requirements: ["RX-71", "P-6", "P-5"],
    sends: "an acknowledgement names a pn that the target has skipped",
    must: "close with PROTOCOL: nobody can have received it",
    isSlow: true,
    run: async (stage) => {
      const open = await stage.open();
      const { session } = open;
      const seen = new Set<number>();
      session.onPacket = ({ pn }) => void seen.add(pn);
      await open.isAlive();
      const from = session.largestHeard;
      let skipped: number | undefined;
      for (let count = 0; count < MOST_PINGS && skipped === undefined; count += 1) {
        await isAnswered(session);
        for (let pn = from + 1; pn < session.largestHeard; pn += 1) if (!seen.has(pn)) skipped ??= pn;
      }
      if (skipped === undefined)
        throw new Inconclusive(`${MOST_PINGS} acknowledgements came without a gap in their pns`);
      session.send({ type: "PING", ack: skipped, ackBits: 0 });
      await open.isClosedWith(1);
    },
  },
  {
    ...COMMON,
    id: "4.2/receiver-state",
    requirements: ["P-8", "P-9", "F-3", "F-1", "R-32"],
    sends: "8 KiB leave for an echo, while every packet of the target's is looked at",
    must: "never let `delivered + window` fall, and tell a delay of 0 where it acknowledges nothing",
    needs: ["echo"],
    run: async (stage) => {
      const open = await stage.open();
      let grantedEnd = 0;
      const complaints: string[] = [];
      open.session.onPacket = ({ pn, ack, ackDelayUs, delivered, window, body }) => {
        if (ack === 0 && ackDelayUs !== 0) complaints.push(`pn ${pn} has a delay and no ack`);
        if (body.kind === "CLOSE") return;
        if (delivered + window < grantedEnd)
          complaints.push(`pn ${pn} grants up to ${delivered + window}, less than ${grantedEnd}`);
        grantedEnd = Math.max(grantedEnd, delivered + window);
      };
      const stream = open.mux.open("echo/state");
      stream.write(zeros(8_192));
      stream.finish();
      while ((await stream.some(8_192)) !== undefined);
      demand(complaints.length === 0, complaints.join("; "));
      demand(open.session.malformed === undefined, `a packet of the target's is malformed: ${open.session.malformed}`);
    },
  },
];
