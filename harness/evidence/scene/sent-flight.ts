/** How much a sender had on its way at once, by what its NIC shows. */
import { DATA } from "./decode/udp-sec-header.ts";
import { isAtEnd } from "./ends.ts";
import type { SeenPacket, UdpSession } from "./udp-session.ts";

/**
 * Packets above the highest one whose acknowledgement had come, sent without a pause as long as a round trip: after one a probe timeout may have
 * let through what no window did.
 *
 * @param nic of the sender, `a.0`, or its node
 * @returns the most bytes of DATA at once; never more than was in flight
 */
export function mostInFlight(session: UdpSession, nic: string): number {
  const here = session.packets.filter(({ tap }) => isAtEnd(tap.name, nic));
  const own = here.find(({ direction, header }) => direction === "sent" && header.type === DATA);
  return own === undefined ? 0 : new FlightSeen(session, session.isFromInitiator(own)).peakOf(here);
}

class FlightSeen {
  readonly #session: UdpSession;
  readonly #isInitiator: boolean;
  /** Since the latest pause, in the order in which they left. */
  readonly #unacknowledged = new Map<number, SeenPacket>();
  #bytes = 0;
  #lastSentUs = -Infinity;
  #leastRttUs = Infinity;

  constructor(session: UdpSession, isInitiator: boolean) {
    this.#session = session;
    this.#isInitiator = isInitiator;
  }

  peakOf(packets: readonly SeenPacket[]): number {
    let peak = 0;
    for (const packet of packets) {
      const isOwn = this.#session.isFromInitiator(packet) === this.#isInitiator;
      if (isOwn && packet.direction === "sent" && packet.header.type === DATA) this.#send(packet);
      if (!isOwn && packet.direction === "received") this.#hear(packet);
      peak = Math.max(peak, this.#bytes);
    }
    return peak;
  }

  #send(packet: SeenPacket): void {
    const { header, datagramBytes, timeUs } = packet;
    if (timeUs - this.#lastSentUs >= this.#leastRttUs) {
      this.#unacknowledged.clear();
      this.#bytes = 0;
    }
    this.#lastSentUs = timeUs;
    if (this.#unacknowledged.has(header.packetNumber)) return;
    this.#unacknowledged.set(header.packetNumber, packet);
    this.#bytes += datagramBytes;
  }

  #hear(packet: SeenPacket): void {
    const { acknowledged = 0 } = this.#session.open(packet) ?? {};
    for (const [pn, { datagramBytes, timeUs }] of this.#unacknowledged) {
      if (pn > acknowledged) break;
      this.#unacknowledged.delete(pn);
      this.#bytes -= datagramBytes;
      this.#leastRttUs = Math.min(this.#leastRttUs, packet.timeUs - timeUs);
    }
  }
}
