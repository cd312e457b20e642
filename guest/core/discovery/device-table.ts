/**
 * Devices heard of lately: bounded, each entry with a time to live. Anybody can announce anything, so one source may hold
 * only a few entries, and what is known of a device is not overwritten by another claim while it lives.
 */
import type { Announcement } from "./announcement.ts";

export interface DeviceTableLimits {
  /** Devices known at a time. Default 256; 1 or more. The one least lately heard of gives way. */
  readonly devices: number;
  /** From one address (IPv6: /64, as the caller says it). Default 16; 1 or more. A network behind one NAT shares it. */
  readonly devicesPerSource: number;
  /**
   * How long an announcement counts, in ms. Default 30,000; longer than the announcer's period, or devices flicker. Longer keeps
   * dead ones.
   */
  readonly timeToLiveMs: number;
}

export const DEFAULT_DEVICE_TABLE_LIMITS: DeviceTableLimits = {
  devices: 256,
  devicesPerSource: 16,
  timeToLiveMs: 30_000,
};

export interface DiscoveredDevice extends Announcement {
  readonly host: string;
  readonly expiresAtMs: number;
}

/** `contradicted`: another address, port or key than the living entry has. */
export type HeardOutcome = "new" | "refreshed" | "contradicted";

interface Entry {
  readonly device: DiscoveredDevice;
  readonly source: string;
}

export class DeviceTable {
  readonly #limits: DeviceTableLimits;
  /** Least lately heard of first. */
  readonly #entries = new Map<string, Entry>();

  constructor(limits: Partial<DeviceTableLimits> = {}) {
    this.#limits = { ...DEFAULT_DEVICE_TABLE_LIMITS, ...limits };
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param source what counts as one sender: its address without port */
  hear(announcement: Announcement, host: string, source: string, nowMs: number): HeardOutcome {
    this.#expire(nowMs);
    const known = this.#entries.get(announcement.deviceId);
    if (known !== undefined && !isSame(known.device, announcement, host)) return "contradicted";
    this.#entries.delete(announcement.deviceId);
    if (known === undefined) this.#makeRoom(source);
    const device = { ...announcement, host, expiresAtMs: nowMs + this.#limits.timeToLiveMs };
    this.#entries.set(announcement.deviceId, { device, source });
    return known === undefined ? "new" : "refreshed";
  }

  /** @returns undefined if nothing was heard of it within its time to live */
  find(deviceId: string, nowMs: number): DiscoveredDevice | undefined {
    this.#expire(nowMs);
    return this.#entries.get(deviceId)?.device;
  }

  all(nowMs: number): readonly DiscoveredDevice[] {
    this.#expire(nowMs);
    return [...this.#entries.values()].map(({ device }) => device);
  }

  /** Times to live are equal: the order of the map is the order of their ends. */
  #expire(nowMs: number): void {
    for (const [deviceId, { device }] of this.#entries) {
      if (device.expiresAtMs > nowMs) return;
      this.#entries.delete(deviceId);
    }
  }

  /** A newcomer takes the place of its own source's stalest entry, or of the stalest of the source that holds most. */
  #makeRoom(source: string): void {
    const ofSource = this.#staleFirst(source);
    const isSourceFull = ofSource.length >= this.#limits.devicesPerSource;
    if (!isSourceFull && this.#entries.size < this.#limits.devices) return;
    const victim = isSourceFull ? ofSource[0] : this.#staleFirst(this.#largestSource())[0];
    if (victim !== undefined) this.#entries.delete(victim);
  }

  #staleFirst(source: string): string[] {
    return [...this.#entries].filter(([, entry]) => entry.source === source).map(([deviceId]) => deviceId);
  }

  #largestSource(): string {
    const counts = new Map<string, number>();
    for (const { source } of this.#entries.values()) counts.set(source, (counts.get(source) ?? 0) + 1);
    let largest = "";
    for (const [source, count] of counts) if (count > (counts.get(largest) ?? 0)) largest = source;
    return largest;
  }
}

function isSame(device: DiscoveredDevice, claim: Announcement, host: string): boolean {
  return device.host === host && device.port === claim.port && device.staticKey === claim.staticKey;
}
