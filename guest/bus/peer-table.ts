import type { BusConfiguration, PeerConfiguration } from "../contract/configuration.ts";
import type { AcceptPolicy } from "../core/index.ts";

/** Who may connect: deny by default (protocol 1). */
export class PeerTable implements AcceptPolicy {
  readonly #allowUnknownPeers: boolean;
  readonly #byDeviceId: ReadonlyMap<string, PeerConfiguration>;

  constructor(configuration: Pick<BusConfiguration, "peers" | "allowUnknownPeers">) {
    this.#allowUnknownPeers = configuration.allowUnknownPeers;
    this.#byDeviceId = new Map(configuration.peers.map((peer) => [peer.deviceId, peer]));
  }

  /** A known device must also come with the static key that the table holds for it, policy or not. */
  authorise(deviceId: string, staticKeyHex: string): boolean {
    const known = this.#byDeviceId.get(deviceId);
    return known === undefined ? this.#allowUnknownPeers : known.staticKey === staticKeyHex;
  }
}
