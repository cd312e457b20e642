/**
 * What the daemon makes of discovered devices: the peer table says whom it dials, or an explicit policy of trust on first use. What
 * was announced never overrules the table, and never stands in for the handshake.
 */
import type { Bus } from "../bus/bus.ts";
import { Discovery } from "../bus/discovery/discovery.ts";
import type { DaemonConfiguration, DiscoveryConfiguration, PeerConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { type DiscoveredDevice, toHex, TokenBuckets } from "../core/index.ts";
import type { Runtime, SocketAddress } from "../runtime/runtime.ts";

/** In one interval of announcements; what exceeds them is counted: whoever sends made-up devices must not fill the event port. */
const EVENTS_PER_INTERVAL = 32;

/** Dials to announced addresses: how fast, and how many at once. */
const ANNOUNCED_DIALS = { ratePerSecond: 4, burst: 16, sources: 1 } as const;

export interface LocatedPeer extends SocketAddress {
  /** Nobody vouches for the address but the datagram that announced it. */
  readonly isAnnounced: boolean;
}

export interface FoundDevicesOptions {
  readonly bus: Bus;
  readonly runtime: Runtime;
  readonly configuration: DaemonConfiguration;
  /** This device's services and port, as they are announced. */
  readonly services: readonly string[];
  readonly port: number;
  /** A device is to be kept a session with: it was pinned. Called once for each. */
  readonly onTrusted: (peer: PeerConfiguration) => void;
  /** A device of the peer table was found. */
  readonly onLocated: (deviceId: string) => void;
}

export class FoundDevices {
  readonly #options: FoundDevicesOptions;
  readonly #trust: DiscoveryConfiguration["trust"];
  readonly #intervalMs: number;
  readonly #keyInTable: ReadonlyMap<string, string>;
  /** Of all announced addresses together. */
  readonly #dials = new TokenBuckets(ANNOUNCED_DIALS);
  /** By device: when the announcement that was last dialled for ends. As many as there are peers that are kept. */
  readonly #usedUntilMs = new Map<string, number>();
  #discovery: Discovery | undefined;
  #periodStartMs = -Infinity;
  #eventsInPeriod = 0;
  #unreported = 0;

  private constructor(options: FoundDevicesOptions, { trust, intervalMs }: DiscoveryConfiguration) {
    this.#options = options;
    this.#trust = trust;
    this.#intervalMs = intervalMs;
    this.#keyInTable = new Map(options.configuration.peers.map((peer) => [peer.deviceId, peer.staticKey]));
  }

  /** @returns undefined if discovery is off @throws BusError BUS_UNAVAILABLE */
  static async start(options: FoundDevicesOptions): Promise<FoundDevices | undefined> {
    const { bus, runtime, configuration, services, port } = options;
    if (configuration.discovery === undefined) return undefined;
    const found = new FoundDevices(options, configuration.discovery);
    const { deviceId, staticPublicKey } = bus.identity;
    found.#discovery = await Discovery.start({
      runtime,
      configuration: configuration.discovery,
      own: { deviceId, staticKey: toHex(staticPublicKey), port, services },
      onDevice: (device) => found.#consider(device),
      onAgain: (deviceId) => options.onLocated(deviceId),
    });
    return found;
  }

  /**
   * Where a peer of the table is to be dialled now; the table's own address, if it has one, comes first. An announced address is given
   * out once for each announcement, and `ANNOUNCED_DIALS` in all: who forges announcements gets no more than that out of this daemon.
   */
  locate(peer: PeerConfiguration): LocatedPeer | undefined {
    if (peer.port !== 0) return { host: peer.host, port: peer.port, isAnnounced: false };
    const device = this.#discovery?.find(peer.deviceId, peer.staticKey);
    if (device === undefined || this.#usedUntilMs.get(device.deviceId) === device.expiresAtMs) return undefined;
    if (!this.#dials.take("", this.#options.runtime.clock.nowMs())) return undefined;
    this.#usedUntilMs.set(device.deviceId, device.expiresAtMs);
    return { host: device.host, port: device.port, isAnnounced: true };
  }

  status(): Readonly<Record<string, unknown>> {
    const devices = this.#discovery?.devices().map(({ deviceId, host, port, services }) => {
      return { device: deviceId, host, port, services };
    });
    return { trust: this.#trust, ...this.#discovery?.stats(), unreportedEvents: this.#unreported, table: devices };
  }

  stop(): void {
    this.#discovery?.stop();
  }

  #consider(device: DiscoveredDevice): void {
    const { deviceId, host, port, services } = device;
    this.#report(EventKind.DISCOVERED, { device: deviceId, host, port, services });
    const keyInTable = this.#keyInTable.get(deviceId);
    if (keyInTable === device.staticKey) return this.#options.onLocated(deviceId);
    if (keyInTable !== undefined) return this.#refuse(deviceId, "key-differs");
    if (this.#trust === "trust-on-first-use") this.#pin(device);
  }

  #pin({ deviceId, staticKey }: DiscoveredDevice): void {
    const outcome = this.#options.bus.pin(deviceId, staticKey);
    switch (outcome) {
      case "pinned":
        // Port 0: found where it is announced, now and when it moves.
        return this.#options.onTrusted({
          name: deviceId.slice(0, 16),
          ...{ deviceId, staticKey },
          ...{ host: "0.0.0.0", port: 0, dial: true },
        });
      case "known":
        return this.#options.onLocated(deviceId);
      case "key-differs":
      case "too-many":
        return this.#refuse(deviceId, outcome);
    }
  }

  #refuse(device: string, reason: string): void {
    this.#report(EventKind.DISCOVERY_REFUSED, { device, reason });
  }

  #report(kind: string, data: Readonly<Record<string, unknown>>): void {
    const nowMs = this.#options.runtime.clock.nowMs();
    if (nowMs - this.#periodStartMs >= this.#intervalMs) {
      this.#periodStartMs = nowMs;
      this.#eventsInPeriod = 0;
    }
    this.#eventsInPeriod += 1;
    if (this.#eventsInPeriod > EVENTS_PER_INTERVAL) this.#unreported += 1;
    else this.#options.runtime.console.event(kind, data);
  }
}
