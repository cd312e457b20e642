/** A full packet of udp-sec (dsoftbus-transport.md#41-header, dsoftbus-transport.md#42-bodies), as the table counts by it. */
export const DATAGRAM_BYTES = 1200;
export const HEADER_BYTES = 26;
/** Stream bytes in it: what goodput counts. */
export const CARRIED_BYTES = 1134;
