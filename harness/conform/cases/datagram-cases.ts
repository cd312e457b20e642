/** Of the handshake: forms of handshake datagrams, params, ids (dsoftbus-transport.md#31-datagrams). */
import { join, zeros } from "../../observer/crypto/bytes.ts";
import { HANDSHAKE_BYTES } from "../../observer/wire/handshake-datagrams.ts";
import type { Params } from "../../observer/wire/params.ts";
import { type HeaderFields, TYPES } from "../../observer/wire/udp-header.ts";
import { QUIET_MS } from "../../peer/lies/open-session.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { PEER_PARAMS } from "../../peer/transport/handshake-text.ts";
import { PeerSocket } from "../../peer/transport/peer-socket.ts";
import { passed } from "../../peer/transport/changes.ts";
import type { ListeningCase } from "../stage/conform-case.ts";
import type { RawChoice } from "../stage/raw-dial.ts";
import { msg1IsDropped, msg3IsDropped } from "./handshake-steps.ts";
import { isAnswered } from "./session-steps.ts";

type Ids = ListeningCase["requirements"];

const COMMON = { over: "udp", target: "listens" } as const;

const dropped = (
  id: ListeningCase["id"],
  requirements: Ids,
  sends: string,
  choice: RawChoice,
  datagram?: (msg1: Uint8Array) => Uint8Array,
): ListeningCase => ({
  ...{ id, requirements, sends, ...COMMON },
  must: "drop it, answer nothing, and answer the right MSG1 that follows",
  run: (stage) => msg1IsDropped(stage, choice, datagram),
});

const header = (
  id: ListeningCase["id"],
  requirements: Ids,
  sends: string,
  fields: Partial<HeaderFields>,
): ListeningCase => dropped(id, requirements, sends, { header: fields });

const params = (id: ListeningCase["id"], requirements: Ids, sends: string, changed: Partial<Params>): ListeningCase =>
  dropped(id, requirements, sends, { params: { ...PEER_PARAMS, ...changed } });

const accepted = (id: ListeningCase["id"], sends: string, declared: Params): ListeningCase => ({
  ...{ id, sends, ...COMMON },
  requirements: ["H-10", "H-11", "H-12"],
  must: "take them: the bounds are within the range",
  run: async (stage) => {
    const open = await stage.open({ params: declared });
    await open.isAlive();
  },
});

export const DATAGRAM_CASES: readonly ListeningCase[] = [
  dropped(
    "3.1/msg1-cut-short",
    ["H-8", "H-4", "RX-11"],
    "a MSG1 of 1,184 bytes, mac1 its end, has a `len` that agrees",
    { header: { len: 1_184 - 26 } },
    (msg1) => msg1.subarray(0, 1_184),
  ),
  {
    ...COMMON,
    id: "3.1/msg2-is-1200-bytes",
    requirements: ["H-5", "H-3", "H-15"],
    sends: "a MSG1 as it should be",
    must: "answer with 1,200 bytes whose pn, ack and ack_bits are 0, the low half as it came, the high half not 0",
    run: async (stage) => {
      const dial = await stage.raw();
      const msg2 = await dial.second();
      demand(msg2.length === HANDSHAKE_BYTES[TYPES.MSG2], `MSG2 has ${msg2.length} bytes`);
      demand(dial.high !== 0, "MSG2's high half is 0");
    },
  },
  msg3IsDropped(
    {
      id: "3.1/msg3-too-long",
      requirements: ["H-8", "H-6", "RX-40"],
      sends: "a MSG3 of 202 bytes, and after it the same of 201",
      must: "drop the first, and let the peer in by the second",
    },
    (msg3) => {
      const long = join(msg3, zeros(1));
      long[24] = (long[24] ?? 0) + 1;
      return long;
    },
  ),
  header("3.1/msg1-with-a-pn", ["RX-8", "H-3"], "MSG1's header has pn 1", { pn: 1 }),
  header("3.1/msg1-with-an-ack", ["RX-8", "H-3"], "MSG1's header has ack 1", { ack: 1 }),
  header("3.1/msg1-with-ack-bits", ["RX-8", "H-3"], "MSG1's header has ack_bits 1", { ackBits: 1 }),
  header("3.1/msg1-of-another-version", ["RX-3"], "MSG1's header has `ver` 2", { ver: 2 }),
  header("3.1/msg1-reserved-byte", ["RX-4"], "MSG1's header has `rsv` 1", { rsv: 1 }),
  header("3.1/msg1-with-flags", ["RX-6"], "MSG1's header has flag bit 0, which only DATA defines", { flags: 1 }),
  header("3.1/msg1-len-too-small", ["RX-7"], "MSG1's `len` is one less than what follows", { len: 1_173 }),
  header("3.1/msg1-unknown-type", ["RX-5"], "a datagram of 1,200 bytes has typ 0x05", { typ: 5 }),
  dropped("3.1/datagram-shorter-than-a-header", ["RX-2"], "a datagram of 25 bytes", {}, (msg1) => msg1.subarray(0, 25)),
  params("3.2/version-2", ["H-9", "H-14", "RX-20"], "MSG1 declares version 2", { version: 2 }),
  params("3.2/window-too-large", ["H-10", "H-14", "RX-20"], "MSG1 declares a window of 1,048,577 bytes", {
    window: 1_048_577,
  }),
  params("3.2/idle-too-short", ["H-11", "H-14", "RX-20"], "MSG1 declares an idle timeout of 2,999 ms", {
    idleTimeoutMs: 2_999,
  }),
  params("3.2/idle-too-long", ["H-11", "H-14", "RX-20"], "MSG1 declares an idle timeout of 120,001 ms", {
    idleTimeoutMs: 120_001,
  }),
  params("3.2/ack-delay-0", ["H-12", "H-14", "RX-20"], "MSG1 declares an ack delay of 0", { ackDelayMs: 0 }),
  params("3.2/ack-delay-too-long", ["H-12", "H-14", "RX-20"], "MSG1 declares an ack delay of 101 ms", {
    ackDelayMs: 101,
  }),
  dropped("3.2/half-differs", ["H-14", "RX-20"], "MSG1's params tell another half than its header", { toldHalf: 77 }),
  accepted("3.2/smallest-params", "MSG1 declares the smallest window, idle timeout and ack delay", {
    window: 16_384,
    idleTimeoutMs: 3_000,
    ackDelayMs: 1,
  }),
  accepted("3.2/largest-params", "MSG1 declares the largest window, idle timeout and ack delay", {
    window: 1_048_576,
    idleTimeoutMs: 120_000,
    ackDelayMs: 100,
  }),
  header("3.3/msg1-with-a-high-half", ["RX-12", "H-4"], "MSG1's header has a high half", { high: 9 }),
  header("3.3/msg1-with-low-half-0", ["RX-12", "H-15"], "MSG1's low half is 0", { low: 0 }),
  {
    ...COMMON,
    id: "3.3/halves-differ",
    requirements: ["H-15"],
    sends: "eight dials, one after the other",
    must: "choose another high half each time",
    run: async (stage) => {
      const halves = new Set<number>();
      for (let count = 0; count < 8; count += 1) {
        const dial = await stage.raw({ from: count });
        await dial.second();
        halves.add(dial.high);
        dial.end();
      }
      demand(halves.size === 8, `eight dials got ${halves.size} high halves`);
    },
  },
  {
    ...COMMON,
    id: "3.3/packet-from-another-port",
    requirements: ["H-17", "RX-51"],
    sends: "a PING of the connection leaves from another port, then one from its own",
    must: "drop the first and answer the second",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      await passed(QUIET_MS);
      const { trace, target, addresses } = stage.setup;
      const other = await PeerSocket.open(trace.datagram, { address: addresses[0], port: 0 });
      const { pn, datagram } = session.seal({ type: "PING" });
      let came = 0;
      other.onDatagram = () => void (came += 1);
      other.send(datagram, target.place);
      await passed(QUIET_MS);
      other.close();
      demand(came === 0, "the target answers at another port than the connection's");
      await isAnswered(session);
      demand(!session.isAcknowledged(pn), "the target acknowledges a packet from another port");
    },
  },
  {
    ...COMMON,
    id: "3.3/packet-of-another-id",
    requirements: ["H-16", "RX-50"],
    sends: "a packet names a session id that nobody has",
    must: "drop it, and go on",
    run: async (stage) => {
      const dial = await stage.raw();
      const session = await dial.opened();
      const { pn, datagram } = session.seal({ type: "PING" });
      const other = datagram.slice();
      other[8] = (other[8] ?? 0) ^ 0xff;
      dial.send(other);
      await passed(QUIET_MS);
      await isAnswered(session);
      demand(!session.isAcknowledged(pn), "the target acknowledges a packet of no connection");
    },
  },
  {
    ...COMMON,
    id: "3.3/answers-from-where-it-was-asked",
    requirements: ["H-60"],
    sends: "a MSG1 as it should be",
    must: "answer from the address and port that MSG1 went to",
    run: async (stage) => {
      const dial = await stage.raw();
      await dial.second();
      const { from } = await dial.nth("MSG2");
      const { place } = stage.setup.target;
      demand(
        from.address === place.address && from.port === place.port,
        `MSG2 comes from ${from.address}:${from.port}`,
      );
    },
  },
];
