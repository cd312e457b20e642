/** A peer with keys that sends stream bytes which no honest one would. */
import type { Attack } from "../attack.ts";
import { unlessEndedWith, Victim } from "./victim.ts";

/** Of what waits for a reader alone. */
const FIRST_BLOCK_BYTES = 64;

const STREAM = "dsoftbus-transport.md#6-stream-and-flow-control";
const BOUNDS = "dsoftbus-transport.md#9-bounds-and-codes";
const BODIES = "dsoftbus-transport.md#42-bodies";
const RECEIVE_STREAM = "guest/core/udp-sec/stream/receive-stream.ts";
const CONTENT = "guest/core/udp-sec/packet/packet-content.ts";

const beyondCredit: Attack = {
  id: "bytes-beyond-credit",
  aim: "makes the victim hold more bytes than it granted",
  rule: STREAM,
  defence: { file: RECEIVE_STREAM, find: 'if (end > this.window.advertisedEnd) return "FLOW_CONTROL";', replace: "" },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.data(2 * 1024 * 1024, new Uint8Array(1_000), false));
    return unlessEndedWith(victim, "FLOW_CONTROL", "bytes past the credit are kept");
  },
};

const pastFinalSize: Attack = {
  id: "bytes-after-fin",
  aim: "goes on after the end of the stream, which the reader was told",
  rule: STREAM,
  defence: {
    file: RECEIVE_STREAM,
    find: "if (this.#finalSize !== undefined) return end > this.#finalSize || (isFin && end !== this.#finalSize);",
    replace: "if (this.#finalSize !== undefined) return false;",
  },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.data(0, new Uint8Array(100), true));
    victim.receive(victim.peer.data(100, new Uint8Array(100), false));
    return unlessEndedWith(victim, "PROTOCOL", "the stream goes on after its end");
  },
};

const finBelowReceived: Attack = {
  id: "fin-below-what-was-received",
  aim: "takes bytes back by ending the stream before them",
  rule: STREAM,
  defence: { file: RECEIVE_STREAM, find: "return isFin && end < this.#highestReceived;", replace: "return false;" },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.data(100, new Uint8Array(100), false));
    victim.receive(victim.peer.data(0, new Uint8Array(50), true));
    return unlessEndedWith(victim, "PROTOCOL", "the stream ends before bytes that were received");
  },
};

const holes: Attack = {
  id: "segments-with-holes",
  aim: "makes the victim keep an object for each of thousands of single bytes",
  rule: BOUNDS,
  defence: {
    file: "guest/core/udp-sec/stream/reassembly.ts",
    find: 'if (this.#segments.length + fresh.length > this.#limitSegments) return "full";',
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    for (let index = 0; index < 3_000; index += 1) {
      victim.connection.receive(victim.peer.data(2 + 2 * index, new Uint8Array(1), false), victim.nowMs);
    }
    const { outOfOrderSegments } = victim.stats.held;
    return outOfOrderSegments > 1_024 ? `${outOfOrderSegments} segments are held` : undefined;
  },
};

const crumbs: Attack = {
  id: "single-bytes-that-nobody-reads",
  aim: "makes the victim keep an object for each byte that waits for its reader",
  rule: BOUNDS,
  defence: {
    file: "guest/core/bytes/read-queue.ts",
    find: "if (piece.length < GATHER_BELOW_BYTES || piece.length <= this.#roomBytes || !isMostOfItsBuffer(piece)) {",
    replace: "if (piece.length < 0) {",
  },
  run: () => {
    const victim = new Victim();
    for (let offset = 0; offset < 2_000; offset += 1) {
      victim.connection.receive(victim.peer.data(offset, new Uint8Array(1), false), victim.nowMs);
      if (offset % 16 === 15) victim.flush();
    }
    // What is gathered comes back as a view of one block, the first of which is small; crumbs have to be put together first.
    victim.connection.read(FIRST_BLOCK_BYTES, victim.nowMs);
    const read = victim.connection.read(1_000, victim.nowMs);
    const isGathered = read !== undefined && read.buffer.byteLength > read.length;
    return isGathered ? undefined : "each byte is held as an object of its own";
  },
};

const replayForLife: Attack = {
  id: "replay-that-keeps-a-dead-peer-alive",
  aim: "somebody on the path repeats one old packet, and the victim's slot is held for ever",
  rule: "dsoftbus-transport.md#43-order-of-work-on-receipt",
  defence: {
    file: "guest/core/udp-sec/recovery/received-packets.ts",
    find: 'return ((word >>> (packetNumber & 31)) & 1) === 1 ? "duplicate" : "new";',
    replace: 'return ((word >>> (packetNumber & 31)) & 1) === 2 ? "duplicate" : "new";',
  },
  run: () => {
    const victim = new Victim();
    const recorded = victim.peer.ping();
    victim.receive(recorded);
    victim.nowMs = 10_000;
    victim.receive(recorded);
    const lastSignMs = victim.connection.lastReceiptMs;
    return lastSignMs > 0
      ? `a packet of 0 ms, repeated at 10 s, counts as a sign of life at ${lastSignMs} ms`
      : undefined;
  },
};

const forgottenReplay: Attack = {
  id: "replay-from-below-the-window",
  aim: "repeats a packet so old that nobody remembers whether it came",
  rule: "dsoftbus-transport.md#43-order-of-work-on-receipt",
  defence: {
    file: "guest/core/udp-sec/recovery/received-packets.ts",
    find: 'if (packetNumber + DUPLICATE_WINDOW <= this.#largest) return "too-old";',
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    const recorded = victim.peer.ping({ pn: 1 });
    victim.receive(recorded, victim.peer.ping({ pn: 20_000 }));
    const before = victim.stats.counters.packetsReceived;
    victim.receive(recorded);
    return victim.stats.counters.packetsReceived > before ? "an old packet was taken a second time" : undefined;
  },
};

const trailingBytes: Attack = {
  id: "bytes-after-the-content",
  aim: "hides bytes behind the content of a packet",
  rule: BODIES,
  defence: {
    file: CONTENT,
    find: "if (content === undefined || !reader.isExactlyConsumed) return undefined;",
    replace: "if (content === undefined) return undefined;",
  },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.ping({}, 5));
    return unlessEndedWith(victim, "PROTOCOL", "a PING with cargo passes");
  },
};

const emptyData: Attack = {
  id: "data-without-bytes",
  aim: "makes the victim work for packets that cost no credit",
  rule: BODIES,
  defence: { file: CONTENT, find: "if (length === 0 && !isFin) return undefined;", replace: "" },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.data(0, new Uint8Array(0), false));
    return unlessEndedWith(victim, "PROTOCOL", "empty DATA passes");
  },
};

export const streamAttacks: readonly Attack[] = [
  beyondCredit,
  pastFinalSize,
  finBelowReceived,
  holes,
  crumbs,
  replayForLife,
  forgottenReplay,
  trailingBytes,
  emptyData,
];
