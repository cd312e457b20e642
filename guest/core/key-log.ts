/**
 * What a key log is told (dsoftbus-transport.md#131-key-log). For tests alone: who has these secrets can read the traffic, which is why
 * nobody is told anything unless a program asks for it.
 */
export interface KeyLog {
  /**
   * An ephemeral key was drawn; no message carries its public key yet. With the owner's static secret and what is on the wire it
   * opens the whole session, and nothing but that very session.
   *
   * @param secretKey as drawn, clamped only where it is used; wiped after the call
   */
  ephemeral(publicKey: Uint8Array, secretKey: Uint8Array): void;
  /**
   * The keys of a session's packets or records, copied. They open a capture, and prove nothing about a handshake: any two sides could
   * have agreed on them in another way.
   *
   * @param session hex: of udp-sec the session id, of tcp the handshake hash
   */
  sessionKeys(session: string, initiatorKey: Uint8Array, responderKey: Uint8Array): void;
}
