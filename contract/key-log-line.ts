/**
 * Lines of a key log (docs/distributed/dsoftbus-transport.md#131-key-log): what opens a session, to be read by programs that know
 * nothing of who wrote it.
 */

/** @param publicKey hex @param secretKey hex */
export function ephemeralLine(publicKey: string, secretKey: string): string {
  return `UDPSEC_EPHEMERAL ${publicKey} ${secretKey}`;
}

/** @param publicKey hex @param secretKey hex */
export function staticLine(publicKey: string, secretKey: string): string {
  return `UDPSEC_STATIC ${publicKey} ${secretKey}`;
}
