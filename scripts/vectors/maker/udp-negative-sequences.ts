/** Packets that are wrong because of those before them; among them some that look wrong and are not. */
import { ascii, hex, join, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { TYPES } from "../../../harness/observer/wire/udp-header.ts";
import { ackBody, closeBody } from "../../../harness/observer/wire/sealed-packet.ts";
import { dataOf, packetOf, pingOf } from "./udp-from-initiator.ts";
import { STAGE } from "./udp-stage.ts";
import type { Json, NegativeCase } from "./vector-file.ts";

const PROTOCOL = 1;
const FLOW_CONTROL = 2;
const FIN = 1;
const W = 262_144;

const sequence = (
  name: string,
  requirement: string,
  datagrams: readonly Uint8Array[],
  verdict: { readonly [key: string]: Json },
): NegativeCase => ({ name, requirement, datagrams: datagrams.map(hex), verdict });

export function negativeSequences(): NegativeCase[] {
  return [...repeats(), ...sizes(), ...harmless(), ...closing()];
}

function repeats(): NegativeCase[] {
  const ping = pingOf();
  const twin = dataOf(0, ascii("x"));
  return [
    sequence("the same packet twice", "RX-56", [ping, ping], { drop: "duplicate" }),
    sequence("another packet under a pn that was used", "RX-56", [ping, twin], { drop: "duplicate" }),
    sequence("a pn more than 8,192 below the largest", "RX-57", [pingOf({ pn: 20_000 }), ping], { drop: "too-old" }),
    sequence("MSG1 of the dial that made it, again", "RX-21", [STAGE.handshake.msg1], { answer: "MSG2" }),
    sequence("MSG3 again, less than 250 ms after the first", "RX-38", [STAGE.handshake.msg3], {
      drop: "repeat-throttled",
    }),
  ];
}

function sizes(): NegativeCase[] {
  const end = dataOf(0, ascii("hello"), { flags: FIN });
  return [
    sequence("DATA past the credit", "RX-77", [dataOf(W, ascii("x"))], { close: FLOW_CONTROL }),
    sequence("DATA that begins within the credit and ends past it", "RX-77", [dataOf(W - 1, ascii("xy"))], {
      close: FLOW_CONTROL,
    }),
    sequence("FIN past the credit", "RX-77", [dataOf(W + 1, join(), { flags: FIN })], { close: FLOW_CONTROL }),
    sequence("DATA past the final size", "RX-75", [end, dataOf(5, ascii("x"), { pn: 2 })], { close: PROTOCOL }),
    sequence("DATA past final size and credit", "F-11", [end, dataOf(W + 9, ascii("x"), { pn: 2 })], {
      close: PROTOCOL,
    }),
    sequence("FIN with a smaller final size", "RX-75", [end, dataOf(0, ascii("hell"), { pn: 2, flags: FIN })], {
      close: PROTOCOL,
    }),
    sequence("FIN with a larger final size", "RX-75", [end, dataOf(5, ascii("!"), { pn: 2, flags: FIN })], {
      close: PROTOCOL,
    }),
    sequence(
      "FIN below what arrived",
      "RX-76",
      [dataOf(0, ascii("hello")), dataOf(0, ascii("hell"), { pn: 2, flags: FIN })],
      {
        close: PROTOCOL,
      },
    ),
    sequence(
      "FIN below what arrived out of order",
      "RX-76",
      [dataOf(7, ascii("x")), dataOf(6, join(), { pn: 2, flags: FIN })],
      {
        close: PROTOCOL,
      },
    ),
  ];
}

/** Taken: nothing is wrong with them. */
function harmless(): NegativeCase[] {
  const taken = { taken: true };
  return [
    sequence("DATA up to the last byte of the credit", "F-2", [dataOf(W - 1, ascii("x"))], taken),
    sequence("FIN right at the credit's end", "F-11", [dataOf(W, join(), { flags: FIN })], taken),
    sequence(
      "DATA that arrived before, under a new pn",
      "RX-79",
      [dataOf(0, ascii("hello")), dataOf(0, ascii("hello"), { pn: 2 })],
      taken,
    ),
    sequence(
      "DATA that overlaps what arrived",
      "F-14",
      [dataOf(2, ascii("llo")), dataOf(0, ascii("hello"), { pn: 2 })],
      taken,
    ),
    sequence(
      "the same FIN under a new pn",
      "RX-79",
      [dataOf(0, ascii("x"), { flags: FIN }), dataOf(0, ascii("x"), { pn: 2, flags: FIN })],
      taken,
    ),
    sequence("an ack_delay of 2^32 - 1", "RX-84", [pingOf({ ackDelayUs: 0xffffffff })], taken),
    sequence("a window of 2^32 - 1", "RX-85", [pingOf({ window: 0xffffffff })], taken),
    sequence("a window that shrinks", "RX-74", [pingOf(), pingOf({ pn: 2, window: 0 })], taken),
    sequence("pns out of order", "P-17", [pingOf({ pn: 3 }), pingOf({ pn: 2 })], taken),
    sequence("an ack that goes back", "R-32", [pingOf(), pingOf({ pn: 2, ack: 0 })], taken),
    sequence("DATA as the first packet", "H-39", [dataOf(0, zeros(1_134))], taken),
    sequence("ACK as the first packet", "RX-81", [packetOf(TYPES.ACK, ackBody([]))], { ...taken, silent: true }),
    sequence("ACK after ACK", "R-3", [packetOf(TYPES.ACK, ackBody([])), packetOf(TYPES.ACK, ackBody([]), { pn: 2 })], {
      ...taken,
      silent: true,
    }),
  ];
}

function closing(): NegativeCase[] {
  const close = (code: number, pn = 1): Uint8Array =>
    packetOf(TYPES.CLOSE, closeBody(code, ascii("why")), { pn, window: 0 });
  return [
    sequence("CLOSE with a code that this version doesn't know", "L-13", [close(0xbeef)], {
      ends: "UNKNOWN",
      answered: 0,
    }),
    sequence("CLOSE 0", "RX-83", [close(0)], { ends: "NO_ERROR", answered: 0 }),
    sequence("a packet after CLOSE", "RX-53", [close(6), pingOf({ pn: 2 })], { drop: "closed" }),
  ];
}
