/** The secrets block of a pcapng capture (draft-ietf-opsawg-pcapng, Decryption Secrets Block) that holds secrets of udp-sec. */

/** `USKL`, as `TLSK` and `WGKL` are made: registered nowhere. */
export const UDPSEC_SECRETS_TYPE = 0x55534b4c;

/** @returns the text in it; undefined: secrets of something else */
export function secretsTextOf(secretsType: number, data: Uint8Array): string | undefined {
  return secretsType === UDPSEC_SECRETS_TYPE ? Buffer.from(data).toString("utf8") : undefined;
}
