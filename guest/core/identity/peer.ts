/** A device that proved who it is, or that a dialler expects (dsoftbus-transport.md#2-device-identity). */
export interface Peer {
  /** Lowercase hex, 64 digits. */
  readonly deviceId: string;
  /** Its Noise static key, 32 bytes. */
  readonly staticPublicKey: Uint8Array;
}

/** Who may connect to us (dsoftbus-transport.md#2-device-identity): asked once per handshake, after the proof was verified. */
export interface AcceptPolicy {
  /** @param staticKeyHex the Noise static key that the peer proved to hold */
  authorise(deviceId: string, staticKeyHex: string): boolean;
}
