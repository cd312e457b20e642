import type { BusConfiguration, PeerConfiguration } from "../../../contract/configuration.ts";
import type { AcceptPolicy } from "../../core/index.ts";

/** Devices that may be trusted on first use, in the life of the process. */
export const MAX_PINNED_DEVICES = 64;

/** `known`: the peer table holds it, or it was pinned before, each with this key. */
export type PinOutcome = "pinned" | "known" | "key-differs" | "too-many";

/** Who may connect: deny by default (dsoftbus-transport.md#2-device-identity). */
export class PeerTable implements AcceptPolicy {
  readonly #allowUnknownPeers: boolean;
  readonly #keyByDeviceId: ReadonlyMap<string, string>;
  /** Trusted on first use: the first key of a device is its key until the process ends. */
  readonly #pinned = new Map<string, string>();

  constructor(configuration: {
    readonly peers: readonly Pick<PeerConfiguration, "deviceId" | "staticKey">[];
    readonly allowUnknownPeers: BusConfiguration["allowUnknownPeers"];
  }) {
    this.#allowUnknownPeers = configuration.allowUnknownPeers;
    this.#keyByDeviceId = new Map(configuration.peers.map((peer) => [peer.deviceId, peer.staticKey]));
  }

  get pinned(): number {
    return this.#pinned.size;
  }

  /** A known device must also come with the static key that the table holds for it, policy or not. */
  authorise(deviceId: string, staticKeyHex: string): boolean {
    const known = this.#keyByDeviceId.get(deviceId) ?? this.#pinned.get(deviceId);
    return known === undefined ? this.#allowUnknownPeers : known === staticKeyHex;
  }

  /** For a policy of trust on first use alone: from now on the device counts as one of the table. */
  pin(deviceId: string, staticKeyHex: string): PinOutcome {
    const known = this.#keyByDeviceId.get(deviceId) ?? this.#pinned.get(deviceId);
    if (known !== undefined) return known === staticKeyHex ? "known" : "key-differs";
    if (this.#pinned.size >= MAX_PINNED_DEVICES) return "too-many";
    this.#pinned.set(deviceId, staticKeyHex);
    return "pinned";
  }
}
