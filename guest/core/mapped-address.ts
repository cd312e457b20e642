/** Addresses as 16 bytes: IPv6 as it is, IPv4 mapped into `::ffff:0:0/96` (RFC 4291 2.5.5.2). */
import { toHex } from "./bytes/hex.ts";

const IPV4_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;
const IPV6_SUBSCRIBER_BYTES = 8;

/** A name instead of an address: always the driver's mistake. */
export class AddressError extends Error {
  readonly code = "BAD_ADDRESS";

  constructor(host: string) {
    super(`"${host}" is not a numeric IPv4 or IPv6 address: resolve names before`);
    this.name = "AddressError";
  }
}

/**
 * @param host numeric IPv4 or IPv6 text; a zone (`%eth0`) is ignored
 * @throws AddressError if it is neither: the driver's mistake, no datagram can cause it
 */
export function mapAddress(host: string): Uint8Array {
  const bytes = host.includes(":") ? parseIpv6(host) : parseIpv4(host);
  if (bytes === undefined) throw new AddressError(host);
  return bytes;
}

/** @returns what counts as one source for rates: an IPv4 address, or the /64 that an IPv6 subscriber is given whole */
export function sourceOf(host: string): string {
  const bytes = mapAddress(host);
  const isIpv4 = IPV4_PREFIX.every((byte, index) => bytes[index] === byte);
  return toHex(isIpv4 ? bytes : bytes.subarray(0, IPV6_SUBSCRIBER_BYTES));
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  const numbers = parts.map((part) => (/^(0|[1-9][0-9]{0,2})$/.test(part) ? Number(part) : 256));
  return numbers.every((number) => number <= 255) ? Uint8Array.of(...IPV4_PREFIX, ...numbers) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const address = embeddedIpv4ToGroups(text.replace(/%.*$/, ""));
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - (tail?.length ?? 0);
  // `::` stands for at least one group; without it all eight must be there.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<string>(missing).fill("0"), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

/** `::ffff:192.0.2.1` -> `::ffff:c000:201` */
function embeddedIpv4ToGroups(text: string): string {
  const lastColon = text.lastIndexOf(":");
  const ipv4 = parseIpv4(text.slice(lastColon + 1))?.subarray(12);
  if (ipv4 === undefined) return text;
  return `${text.slice(0, lastColon + 1)}${toHex(ipv4.subarray(0, 2))}:${toHex(ipv4.subarray(2))}`;
}
