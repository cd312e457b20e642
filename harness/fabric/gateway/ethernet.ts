/** Ethernet II, as far as a leg has to know it. */
export const ETHERNET_BYTES = 14;
export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806 } as const;
