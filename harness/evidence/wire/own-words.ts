/** What a gateway says by itself, and may: answers to pings of its own addresses, and the errors of RFC 1812 4.3 about what it can't carry. */
import type { ArrivedPacket } from "./carried-packet.ts";

const HEADER_BYTES = 20;
const ECHO_REPLY = "0.0";
const QUOTE_AT = HEADER_BYTES + 8;
/** Header, and the beginning of what it holds (RFC 792): as much of a packet as every error about it quotes. */
const QUOTED_BYTES = 28;

/** Type and code (RFC 792): no network to be reached, time exceeded in transit. */
export type GatewayError = "3.0" | "11.0";

export class OwnWords {
  readonly #due: string[] = [];

  /** @param side where it came, and is answered */
  echoDue(side: string, { source, destination, whole }: ArrivedPacket): void {
    this.#due.push(key(side, ECHO_REPLY, destination, source, whole.subarray(HEADER_BYTES + 4)));
  }

  /** @param from the leg's address @param about nobody is told of an error by an error, nor of a packet to a group (RFC 1122 3.2.2) */
  errorDue(side: string, error: GatewayError, from: string, about: ArrivedPacket): void {
    this.#due.push(key(side, error, from, about.source, about.whole.subarray(0, QUOTED_BYTES)));
  }

  /** @returns type and code of what was due; undefined: nobody asked for that */
  take(side: string, { source, destination, whole, isSound, transport }: ArrivedPacket): string | undefined {
    const what = `${whole[HEADER_BYTES] ?? ""}.${whole[HEADER_BYTES + 1] ?? ""}`;
    const isEcho = what === ECHO_REPLY && transport === "icmp";
    const rest = isEcho ? whole.subarray(HEADER_BYTES + 4) : whole.subarray(QUOTE_AT, QUOTE_AT + QUOTED_BYTES);
    const at = this.#due.indexOf(key(side, what, source, destination, rest));
    if (at === -1 || !isSound) return undefined;
    this.#due.splice(at, 1);
    return what;
  }
}

function key(side: string, what: string, from: string, to: string, rest: Buffer): string {
  return `${side} ${what} ${from} ${to} ${rest.toString("latin1")}`;
}
