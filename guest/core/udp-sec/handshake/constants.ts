/**
 * Constants of the handshake that both ends must agree on (dsoftbus-transport.md#3-handshake-over-udp). Bounds are in
 * `handshake-limits.ts`.
 */
import { AEAD_TAG_BYTES, X25519_KEY_BYTES } from "../../crypto/primitives.ts";
import { MAX_UDP_DATAGRAM_BYTES, PACKET_HEADER_BYTES } from "../packet/header.ts";

export const PROLOGUE_TEXT = "dsoftbus udp-sec v1";

export const MAC_BYTES = 16;
export const COOKIE_BYTES = 16;
export const PARAMETERS_BYTES = 15;

/** MSG1: Noise message 1 || mac1 || cookie fill one datagram of the largest size. */
export const MSG1_BYTES = MAX_UDP_DATAGRAM_BYTES;
export const NOISE1_BYTES = MSG1_BYTES - PACKET_HEADER_BYTES - MAC_BYTES - COOKIE_BYTES;
export const NOISE1_PAYLOAD_BYTES = NOISE1_BYTES - X25519_KEY_BYTES - AEAD_TAG_BYTES;
export const MSG2_BYTES = MAX_UDP_DATAGRAM_BYTES;
export const NOISE2_PAYLOAD_BYTES = MSG2_BYTES - PACKET_HEADER_BYTES - X25519_KEY_BYTES - AEAD_TAG_BYTES;
/** MSG3: parameters and proof, no padding. */
export const NOISE3_PAYLOAD_BYTES = 111;
export const MSG3_BYTES =
  PACKET_HEADER_BYTES + X25519_KEY_BYTES + AEAD_TAG_BYTES + NOISE3_PAYLOAD_BYTES + AEAD_TAG_BYTES;
export const RETRY_BYTES = PACKET_HEADER_BYTES + COOKIE_BYTES + MAC_BYTES;

/** Gaps between the repeats of MSG1 and of MSG3; the last one goes on until the deadline. */
export const REPEAT_GAPS_MS: readonly number[] = [250, 250, 500, 500, 1000];
/** From the first MSG1. A verified MSG2 extends a shorter deadline to this. */
export const HANDSHAKE_DEADLINE_MS = 10_000;
/** Where `auto` may fall back to TCP (dsoftbus-transport.md#11-selection-policy). */
export const FALLBACK_DEADLINE_MS = 3_000;
/** RETRY is taken, MSG3 answered with PING, a refusal repeated: at most once per this time each. */
export const THROTTLE_MS = 250;

export const COOKIE_ROTATION_MS = 120_000;
