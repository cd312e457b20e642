/**
 * Announcements over UDP (docs/distributed/discovery.md): says where this device is, and keeps a table of who said so. It trusts nobody
 * and dials nobody; what is heard is a hint for whoever does.
 */
import type { DiscoveryConfiguration } from "../../../contract/configuration.ts";
import {
  type Announcement,
  decodeAnnouncement,
  DeviceTable,
  type DiscoveredDevice,
  encodeAnnouncement,
  sourceOf,
} from "../../core/index.ts";
import { type ReceivedDatagram, type Runtime, SocketError, type Timer, type UdpSocket } from "../../runtime/runtime.ts";
import { BusError } from "../sessions/bus-error.ts";

export interface DiscoveryOptions {
  readonly runtime: Runtime;
  readonly configuration: DiscoveryConfiguration;
  readonly own: Announcement;
  /** A device that was not in the table before; called for each at most once per time to live. */
  readonly onDevice: (device: DiscoveredDevice) => void;
  /** A device of the table was announced again, as it is known. */
  readonly onAgain: (deviceId: string) => void;
}

export interface DiscoveryStats {
  readonly port: number;
  readonly devices: number;
  readonly announced: number;
  readonly heard: number;
  readonly malformed: number;
  readonly contradicted: number;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #socket: UdpSocket;
  readonly #table: DeviceTable;
  readonly #datagram: Uint8Array;
  readonly #counters = { announced: 0, heard: 0, malformed: 0, contradicted: 0 };
  #timer: Timer | undefined;

  private constructor(options: DiscoveryOptions, socket: UdpSocket, datagram: Uint8Array) {
    this.#options = options;
    this.#socket = socket;
    this.#datagram = datagram;
    this.#table = new DeviceTable({ timeToLiveMs: options.configuration.timeToLiveMs });
    socket.onDatagrams((batch) => this.#receive(batch));
    // Asked for although a target may be unicast: what is a broadcast address, the routing table knows.
    socket.setBroadcast(true);
    this.#announce();
  }

  /** @throws BusError BUS_UNAVAILABLE if its port can't be had, AnnouncementError if `own` doesn't fit */
  static async start(options: DiscoveryOptions): Promise<Discovery> {
    const datagram = encodeAnnouncement(options.own);
    try {
      return new Discovery(options, await options.runtime.udp.bind(options.configuration.bind), datagram);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      throw new BusError("BUS_UNAVAILABLE", `discovery: ${error.message}`, error.code, { cause: error });
    }
  }

  stats(): DiscoveryStats {
    return { port: this.#socket.local.port, devices: this.devices().length, ...this.#counters };
  }

  /** @returns where the device is, if it was announced with this key within its time to live */
  find(deviceId: string, staticKey: string): DiscoveredDevice | undefined {
    const device = this.#table.find(deviceId, this.#options.runtime.clock.nowMs());
    return device?.staticKey === staticKey ? device : undefined;
  }

  devices(): readonly DiscoveredDevice[] {
    return this.#table.all(this.#options.runtime.clock.nowMs());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#socket.close();
  }

  #announce(): void {
    const { configuration, runtime } = this.#options;
    for (const target of configuration.announceTo) this.#socket.send(this.#datagram, target);
    this.#counters.announced += configuration.announceTo.length;
    const nextMs = runtime.clock.nowMs() + configuration.intervalMs;
    this.#timer = runtime.clock.setTimer(nextMs, () => this.#announce());
  }

  #receive(batch: readonly ReceivedDatagram[]): void {
    for (const { bytes, from } of batch) {
      const announcement = decodeAnnouncement(bytes);
      if (announcement === undefined) this.#counters.malformed += 1;
      // A broadcast comes back to its sender.
      else if (announcement.deviceId !== this.#options.own.deviceId) this.#hear(announcement, from.host);
    }
  }

  #hear(announcement: Announcement, host: string): void {
    const nowMs = this.#options.runtime.clock.nowMs();
    const outcome = this.#table.hear(announcement, host, sourceOf(host), nowMs);
    if (outcome === "contradicted") this.#counters.contradicted += 1;
    else this.#counters.heard += 1;
    const device = outcome === "new" ? this.#table.find(announcement.deviceId, nowMs) : undefined;
    if (device !== undefined) this.#options.onDevice(device);
    else if (outcome === "refreshed") this.#options.onAgain(announcement.deviceId);
  }
}
