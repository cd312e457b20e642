/** Sizes of the packets (dsoftbus-transport.md#42-bodies), derived from the datagram that carries them. */
import { AEAD_TAG_BYTES } from "../../crypto/primitives.ts";
import { MAX_UDP_DATAGRAM_BYTES, PACKET_HEADER_BYTES } from "./header.ts";

/** `delivered u64 | window u32 | ack_delay_us u32`: what every plaintext begins with. */
export const RECEIVER_STATE_BYTES = 16;
export const MAX_PLAINTEXT_BYTES = MAX_UDP_DATAGRAM_BYTES - PACKET_HEADER_BYTES - AEAD_TAG_BYTES;
/** A PING: the smallest packet there is. */
export const MIN_PACKET_BYTES = PACKET_HEADER_BYTES + AEAD_TAG_BYTES + RECEIVER_STATE_BYTES;
/** What a DATA packet weighs beside its stream bytes. */
export const DATA_OVERHEAD_BYTES = MIN_PACKET_BYTES + 8;
export const MAX_DATA_BYTES = MAX_UDP_DATAGRAM_BYTES - DATA_OVERHEAD_BYTES;
export const MAX_ACK_RANGES = 32;
