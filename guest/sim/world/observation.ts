/** Looks at everything on the network and at the life of connections: fingerprint, traffic, and the last events for reports. */
import { PACKET_TYPE_NAMES } from "../../../contract/impairment/frame-info.ts";
import { TraceHash } from "../trace-hash.ts";
import type { NetworkObserver, Transmission } from "../network/network.ts";
import type { HostTraffic } from "../plan/outcome.ts";

const RECENT_EVENTS = 30;

export class Observation implements NetworkObserver {
  readonly traffic = new Map<string, HostTraffic>();
  readonly #hash = new TraceHash();
  readonly #recent: (() => string)[] = [];

  onSent(transmission: Transmission): void {
    const traffic = this.#trafficOf(transmission.from.host);
    traffic.sentBytes += transmission.bytes.length;
    traffic.sentDatagrams += 1;
    this.#note(transmission, "sends", "");
    this.#hash.bytes(transmission.bytes);
  }

  onArriving(transmission: Transmission): void {
    const traffic = this.#trafficOf(transmission.to.host);
    traffic.receivedBytes += transmission.bytes.length;
    traffic.receivedDatagrams += 1;
    this.#note(transmission, "reaches", transmission.isCorrupted ? " corrupted" : "");
  }

  onLost(transmission: Transmission, reason: string): void {
    this.#note(transmission, "lost", ` (${reason})`);
  }

  /** Something that isn't a datagram. */
  note(nowMs: number, text: string): void {
    this.#hash.number(Math.round(nowMs * 1000));
    this.#hash.text(text);
    this.#remember(() => `${nowMs.toFixed(3)} ${text}`);
  }

  /** The last events, oldest first. */
  recent(): string[] {
    return this.#recent.map((format) => format());
  }

  digest(): string {
    return this.#hash.digest();
  }

  #note(transmission: Transmission, verb: string, suffix: string): void {
    const { atMs, from, to } = transmission;
    this.#hash.number(Math.round(atMs * 1000));
    this.#hash.text(`${verb}${from.host}:${from.port}>${to.host}:${to.port}${suffix}`);
    // Formatted only when somebody asks: this runs for every datagram.
    this.#remember(() => {
      const route = `${from.host}:${from.port} > ${to.host}:${to.port}`;
      return `${atMs.toFixed(3)} ${verb} ${route} ${describe(transmission)}${suffix}`;
    });
  }

  #remember(format: () => string): void {
    this.#recent.push(format);
    if (this.#recent.length > RECENT_EVENTS) this.#recent.shift();
  }

  #trafficOf(host: string): HostTraffic {
    const known = this.traffic.get(host);
    if (known !== undefined) return known;
    const traffic = { sentBytes: 0, receivedBytes: 0, sentDatagrams: 0, receivedDatagrams: 0 };
    this.traffic.set(host, traffic);
    return traffic;
  }
}

function describe({ bytes, packet }: Transmission): string {
  if (packet === undefined) return `${bytes.length} bytes`;
  const names: Readonly<Record<number, string>> = PACKET_TYPE_NAMES;
  const name = names[packet.type] ?? `type ${packet.type}`;
  return `${name} pn ${packet.pn} ack ${packet.ack} ${bytes.length} bytes`;
}
