/**
 * UDP: packets of the protocol from and to a socket that listens, and behind a shut gate the empty datagram that tries it. What they hold,
 * and how large they are, other rules ask.
 */
import { isSealedType, MAX_DATAGRAM_BYTES, MSG2, readUdpSecHeader } from "../scene/decode/udp-sec-header.ts";
import type { Socket, Wire } from "../scene/wire-plan.ts";
import { allowed, type Allowance } from "./allowance.ts";
import { hasRightSum, type Ipv4Packet } from "./ipv4-packet.ts";

const HEADER_BYTES = 8;
const PRIVILEGED_PORTS = 1024;
/** Of one wire: processes keep theirs; who dials as a stranger takes another. */
const CLIENT_SOCKETS: Allowance = { atOnce: 16, perSecond: 2 };
/** Linux reports a closed port to a connected socket, which then may try once more. */
const TRIES_OF_A_GATE = 4;

export class UdpWatch {
  readonly #wire: Wire;
  readonly #clients = new Set<string>();
  /** Ids that were answered: before that there is no key to seal with. */
  readonly #answered = new Set<string>();
  #tries = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** @returns what is wrong with the datagram */
  take(packet: Ipv4Packet, elapsedUs: number): string | undefined {
    const { payload } = packet;
    if (payload.length < HEADER_BYTES) return `UDP of ${payload.length} bytes`;
    const length = payload.readUInt16BE(4);
    if (length !== payload.length) return `UDP that says ${length} bytes in an IP packet with ${payload.length}`;
    if (payload.readUInt16BE(6) === 0 || !hasRightSum(packet)) return "UDP with a wrong checksum, or none";
    const from = { ip: packet.source, port: payload.readUInt16BE(0) };
    const to = { ip: packet.destination, port: payload.readUInt16BE(2) };
    return this.#socketProblem(from, to, elapsedUs) ?? this.#contentProblem(payload.subarray(HEADER_BYTES), to);
  }

  /** What another NIC sent is judged there; that it came may explain what is sent here. */
  note({ payload }: Ipv4Packet): void {
    const header = payload.length < HEADER_BYTES ? undefined : readUdpSecHeader(payload.subarray(HEADER_BYTES));
    if (header?.type === MSG2) this.#answered.add(header.sessionId);
  }

  #socketProblem(from: Socket, to: Socket, elapsedUs: number): string | undefined {
    const ports = `${from.port} to ${to.port}`;
    const clients = [from, to].filter((socket) => !isListener(this.#wire, socket));
    if (clients.length === 2) return `UDP beside the session port: ${ports}`;
    for (const { ip, port } of clients) {
      if (port < PRIVILEGED_PORTS) return `UDP of a service's port: ${ports}`;
      this.#clients.add(`${ip}:${port}`);
    }
    const most = allowed(CLIENT_SOCKETS, elapsedUs);
    return this.#clients.size > most ? `UDP from ${this.#clients.size} sockets, at most ${most}` : undefined;
  }

  #contentProblem(content: Buffer, to: Socket): string | undefined {
    if (content.length === 0) {
      this.#tries += 1;
      const isTry = isListener(this.#wire, to) && this.#tries <= TRIES_OF_A_GATE * this.#wire.gateProbes;
      return isTry ? undefined : "an empty UDP datagram";
    }
    // A size that nobody may send has a rule of its own, which every run asks for.
    if (content.length > MAX_DATAGRAM_BYTES) return undefined;
    const header = readUdpSecHeader(content);
    if (header === undefined)
      return `UDP on the session port that is no packet of the protocol: ${content.length} bytes`;
    if (header.type === MSG2) this.#answered.add(header.sessionId);
    if (!isSealedType(header.type) || this.#answered.has(header.sessionId)) return undefined;
    return `a sealed packet of session ${header.sessionId}, of which no handshake was seen`;
  }
}

export function isListener({ listeners }: Wire, { ip, port }: Socket): boolean {
  return listeners.some((listener) => listener.ip === ip && listener.port === port);
}
