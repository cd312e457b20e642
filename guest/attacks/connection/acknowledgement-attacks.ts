/** A peer with keys that lies about what it has received. */
import type { Attack } from "../attack.ts";
import { acknowledgeEach, unlessEndedWith, Victim } from "./victim.ts";

const RULE = "dsoftbus-transport.md#41-header";
const RECOVERY = "dsoftbus-transport.md#5-acknowledgement-and-recovery";
const NUMBERS = "guest/core/udp-sec/recovery/packet-numbers.ts";
const ACKNOWLEDGEMENT = "guest/core/udp-sec/packet/packet-content.ts";

/** The random draws that make a victim skip its 64th packet number. */
const skipsAt64 = (length: number): Uint8Array => new Uint8Array(length);

/** Makes the victim send at least so many packets, all of them acknowledged honestly. */
function sendAndAcknowledge(victim: Victim, packets: number): void {
  let acknowledged = 0;
  let delivered = 0;
  while (acknowledged < packets && victim.endName === undefined) {
    victim.writeAll(64 * 1024);
    const batch = victim.sent.slice(acknowledged);
    for (const { content } of batch) {
      if (content.type === "data") delivered = Math.max(delivered, content.offset + content.bytes.length);
    }
    acknowledgeEach(victim, batch, delivered);
    acknowledged += batch.length;
  }
}

const ackOfUnsent: Attack = {
  id: "ack-of-packets-never-sent",
  aim: "makes the window grow by acknowledging what hasn't left yet",
  rule: RULE,
  defence: { file: NUMBERS, find: "if (acknowledgement.largest >= this.#next) return false;", replace: "" },
  run: () => {
    const victim = new Victim();
    victim.writeAll(64 * 1024);
    const largest = victim.sent.at(-1)?.header.packetNumber ?? 0;
    victim.receive(victim.peer.ack([], { ack: largest + 40, ackBits: 0xffff_ffff }));
    return unlessEndedWith(victim, "PROTOCOL", "packets that were never sent count as received");
  },
};

const ackOfSkipped: Attack = {
  id: "ack-of-a-skipped-number",
  aim: "acknowledges everything blindly, received or not (RFC 9000 21.4)",
  rule: RULE,
  defence: {
    file: NUMBERS,
    find: "for (const skipped of this.#skipped) {",
    replace: "for (const skipped of [] as number[]) {",
  },
  run: () => {
    const victim = new Victim({ random: skipsAt64 });
    sendAndAcknowledge(victim, 70);
    return unlessEndedWith(victim, "PROTOCOL", "a blind acknowledgement of all numbers is believed");
  },
};

const bitsBelowOne: Attack = {
  id: "ack-bits-below-the-first-number",
  aim: "acknowledges packet numbers below 1",
  rule: RULE,
  defence: {
    file: ACKNOWLEDGEMENT,
    find: "if (ack <= BITMAP_BITS && ackBits >>> (ack - 1) !== 0) return undefined;",
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    victim.writeAll(2_000);
    victim.receive(victim.peer.ping({ ack: 1, ackBits: 1 }));
    return unlessEndedWith(victim, "PROTOCOL", "numbers that can't exist are acknowledged");
  },
};

const bitsWithoutAck: Attack = {
  id: "ack-bits-without-ack",
  aim: "sets bits though nothing was received",
  rule: RULE,
  defence: {
    file: ACKNOWLEDGEMENT,
    find: "return ackBits === 0 && ranges.length === 0 ? NOTHING : undefined;",
    replace: "return NOTHING;",
  },
  run: () => {
    const victim = new Victim();
    victim.receive(victim.peer.ping({ ack: 0, ackBits: 0xff }));
    return unlessEndedWith(victim, "PROTOCOL", "bits without an acknowledgement pass");
  },
};

const tangledRanges: Attack = {
  id: "ack-ranges-out-of-order",
  aim: "sends ranges that overlap, so that a packet counts twice",
  rule: RECOVERY,
  defence: { file: ACKNOWLEDGEMENT, find: "if (!areOrdered(ack, ranges)) return undefined;", replace: "" },
  run: () => {
    const victim = new Victim();
    sendAndAcknowledge(victim, 60);
    const overlapping = [
      { first: 5, last: 9 },
      { first: 7, last: 20 },
    ];
    victim.receive(victim.peer.ack(overlapping, { ack: 55, ackBits: 0 }));
    return unlessEndedWith(victim, "PROTOCOL", "overlapping ranges pass");
  },
};

const tooManyRanges: Attack = {
  id: "ack-with-33-ranges",
  aim: "makes each acknowledgement cost more work than the format allows",
  rule: RECOVERY,
  defence: {
    file: "guest/core/udp-sec/packet/packet-content.ts",
    find: "if (count > MAX_ACK_RANGES) return undefined;",
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    sendAndAcknowledge(victim, 120);
    const ack = 110;
    const ranges = Array.from({ length: 33 }, (_, index) => ({ first: 75 - 2 * index, last: 75 - 2 * index }));
    victim.receive(victim.peer.ack(ranges, { ack }));
    return unlessEndedWith(victim, "PROTOCOL", "33 ranges pass");
  },
};

const deliveredBeyondSent: Attack = {
  id: "delivered-beyond-what-was-sent",
  aim: "claims bytes that were never sent, to empty the send buffer",
  rule: RECOVERY,
  defence: {
    file: "guest/core/udp-sec/connection/packet-receiver.ts",
    find: 'if (deliveredBytes > sendStream.highestSent) return "delivered above the highest offset sent";',
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    victim.writeAll(512 * 1024);
    victim.receive(victim.peer.ping({ delivered: 400 * 1024 }));
    return unlessEndedWith(victim, "PROTOCOL", "bytes that never left count as delivered");
  },
};

const inflatedAckDelay: Attack = {
  id: "ack-delay-that-hides-the-round-trip",
  aim: "claims long acknowledgement delays, so that the victim believes in a short path and repeats too early",
  rule: RECOVERY,
  defence: {
    file: "guest/core/udp-sec/recovery/recovery.ts",
    find: "Math.min(ackDelayUs / 1000, this.#peerAckDelayMs)",
    replace: "ackDelayUs / 1000",
  },
  run: () => {
    const victim = new Victim({ handshakeRttMs: 10 });
    for (let round = 0; round < 40; round += 1) {
      victim.connection.sendPing(victim.nowMs);
      const pn = victim.flush().at(-1)?.header.packetNumber ?? 0;
      victim.nowMs += 200;
      victim.receive(victim.peer.ping({ ack: pn, ackDelayUs: 190_000 }));
    }
    const believedMs = victim.stats.smoothedRttMs;
    return believedMs < 100 ? `a path of 200 ms is taken for one of ${believedMs.toFixed(0)} ms` : undefined;
  },
};

const growthWithoutUse: Attack = {
  id: "window-grown-without-being-used",
  aim: "lets an idle sender's window grow without limit, for one burst later (RFC 9002 7.8)",
  rule: "dsoftbus-transport.md#7-congestion-control",
  defence: {
    file: "guest/core/udp-sec/congestion/new-reno.ts",
    find: " || packetNumber > this.#limitedThrough",
    replace: "",
  },
  run: () => {
    const victim = new Victim();
    const before = victim.stats.cwndBytes;
    let delivered = 0;
    for (let round = 0; round < 200; round += 1) {
      victim.connection.write(new Uint8Array(1_000), victim.nowMs);
      const packets = victim.advance(5);
      delivered += 1_000;
      acknowledgeEach(victim, packets, delivered);
    }
    const grownBytes = victim.stats.cwndBytes;
    return grownBytes > before ? `a window of ${grownBytes} bytes that no traffic has tried` : undefined;
  },
};

export const acknowledgementAttacks: readonly Attack[] = [
  ackOfUnsent,
  ackOfSkipped,
  bitsBelowOne,
  bitsWithoutAck,
  tangledRanges,
  tooManyRanges,
  deliveredBeyondSent,
  inflatedAckDelay,
  growthWithoutUse,
];
