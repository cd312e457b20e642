import { ADDRESS_WORDS, canonicalAddress } from "../../../contract/numeric-address.ts";
import { BusError, type BusErrorCode } from "../sessions/bus-error.ts";

/**
 * Addresses are compared as text, so each must be in the one form in which the platform reports it.
 *
 * @param argument what the caller calls it, such as `peer.host`
 * @returns the canonical form @throws BusError with `code` if it is no numeric address: a name, say
 */
export function numericHost(host: string, argument: string, code: BusErrorCode): string {
  const canonical = canonicalAddress(host);
  if (canonical !== undefined) return canonical;
  throw new BusError(code, `${argument} ${ADDRESS_WORDS}, not ${JSON.stringify(host)}`, "BAD_ADDRESS");
}
