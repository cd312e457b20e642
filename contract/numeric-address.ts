/**
 * Numeric addresses in one canonical form, so that two texts of one address compare as equal: IPv4 as four decimal numbers without
 * leading zeros, IPv6 as RFC 5952 4 writes it, an IPv4 address mapped into IPv6 as IPv4. The platform reports senders in this form.
 */

const GROUPS = 8;
/** With at least one character that is no digit: a number would be the index of an interface. */
const INTERFACE_NAME = /^(?![0-9]+$)[A-Za-z0-9._-]{1,15}$/;

/** What every key, argument and error text says of an address. */
export const ADDRESS_WORDS =
  "must be a numeric IPv4 or IPv6 address (no name; a link-local IPv6 address with its interface, as fe80::1%eth0)";

/**
 * @returns the canonical form; undefined if `text` is no numeric address: a name, say. A link-local IPv6 address must name its zone as
 *   the platform does, by the interface (`%eth0`, not `%2`); a multicast one may; others have none.
 */
export function canonicalAddress(text: string): string | undefined {
  if (!text.includes(":")) return ipv4Bytes(text) === undefined ? undefined : text;
  const [address = "", zone, ...more] = text.split("%");
  if (more.length > 0 || (zone !== undefined && !INTERFACE_NAME.test(zone))) return undefined;
  const groups = ipv6Groups(address);
  if (groups === undefined) return undefined;
  const [first = 0] = groups;
  const isLinkLocal = (first & 0xffc0) === 0xfe80;
  const isMulticast = first >> 8 === 0xff;
  if (isLinkLocal ? zone === undefined : zone !== undefined && !isMulticast) return undefined;
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return groups.slice(6).flatMap(bytesOf).join(".");
  return zone === undefined ? ipv6Text(groups) : `${ipv6Text(groups)}%${zone}`;
}

function ipv4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  const isNumeric = parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part));
  const bytes = parts.map(Number);
  return isNumeric && bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function ipv6Groups(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  // `::` stands for at least one group; without it all eight must be there.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
}

/** @param mayEndInIpv4 the last 32 bits may be written as IPv4 */
function groupsOf(half: string, mayEndInIpv4: boolean): readonly number[] | undefined {
  if (half === "") return [];
  const groups: number[] = [];
  const parts = half.split(":");
  for (const [index, part] of parts.entries()) {
    const ipv4 = mayEndInIpv4 && index === parts.length - 1 ? ipv4Bytes(part) : undefined;
    if (ipv4 !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The longest run of two or more zero groups, the first of equals, becomes `::`. */
function ipv6Text(groups: readonly number[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < GROUPS; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.length < 2) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}

function bytesOf(group: number): readonly number[] {
  return [group >> 8, group & 0xff];
}
