/** What the interfaces of this host mean for udp-sec: decisions on data that the platform told. */
import { MAX_UDP_DATAGRAM_BYTES } from "../../core/index.ts";
import type { NetworkInterface } from "../../runtime/runtime.ts";
import { type AddressFamily, familyOf, isWildcard } from "./address-family.ts";

/** The largest datagram with its UDP and IP headers: what an interface must carry so that nothing is ever fragmented. */
export const REQUIRED_MTU_BYTES: Readonly<Record<AddressFamily, number>> = {
  ipv4: MAX_UDP_DATAGRAM_BYTES + 8 + 20,
  ipv6: MAX_UDP_DATAGRAM_BYTES + 8 + 40,
};

const LINK_LOCAL = /^(169\.254\.|fe[89ab][0-9a-f]:)/;

type Interfaces = readonly NetworkInterface[];

/** @returns the interface that has this address of the host; undefined: none is known to */
export function interfaceOf(interfaces: Interfaces, localHost: string): NetworkInterface | undefined {
  const named = interfaces.find(({ addresses }) => addresses.includes(localHost));
  // All of 127.0.0.0/8 is this host, though only its first address is listed.
  if (named === undefined && localHost.startsWith("127.")) return interfaces.find(({ isLoopback }) => isLoopback);
  return named;
}

/**
 * @param source the address that the platform would send from
 * @returns the interface over which a datagram to `remoteHost` leaves; undefined: it isn't known
 */
export function interfaceTowards(
  interfaces: Interfaces,
  source: string | undefined,
  remoteHost: string,
): NetworkInterface | undefined {
  // What a host sends to itself takes the loopback interface, whichever interface has the address.
  if (interfaceOf(interfaces, remoteHost) !== undefined) return interfaces.find(({ isLoopback }) => isLoopback);
  return source === undefined ? undefined : interfaceOf(interfaces, source);
}

/** An unknown MTU counts as large enough. */
export function isTooSmall({ mtuBytes }: NetworkInterface, family: AddressFamily): boolean {
  return mtuBytes !== undefined && mtuBytes < REQUIRED_MTU_BYTES[family];
}

/**
 * A UDP socket at the wildcard answers from whichever address the route back prefers, which a dialler that asked another one takes for
 * a stranger's. So there is a socket for each address.
 *
 * @param host `::` stands for both families, as it does for TCP
 * @returns where to bind: `host` itself, or each address that it stands for. Link-local ones only count where they are named.
 */
export function listeningHosts(interfaces: Interfaces | undefined, host: string): readonly string[] {
  if (interfaces === undefined || !isWildcard(host)) return [host];
  return interfaces
    .flatMap(({ addresses }) => addresses)
    .filter((address) => !LINK_LOCAL.test(address) && (host === "::" || familyOf(address) === "ipv4"));
}

/**
 * @param local where a listening socket is bound
 * @returns whether datagrams to where the platform sends from `source` may leave through it: a socket at an address of another
 *   interface would send what cannot be answered, or nothing
 */
export function canDialFrom(interfaces: Interfaces | undefined, local: string, source: string | undefined): boolean {
  if (interfaces === undefined || source === undefined || isWildcard(local) || local === source) return true;
  const [ofLocal, ofSource] = [interfaceOf(interfaces, local), interfaceOf(interfaces, source)];
  return ofLocal === undefined || ofSource === undefined || ofLocal.name === ofSource.name;
}
