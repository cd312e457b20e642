/** Constants of the TCP fallback (dsoftbus-transport.md#10-tcp-transport): both ends must agree on them. */
import { encodeUtf8 } from "../bytes/utf8.ts";
import { AEAD_TAG_BYTES } from "../crypto/primitives.ts";

/** Of its own, so that a transcript can't be spliced from one transport to the other (dsoftbus-transport.md#10-tcp-transport). */
export const PROLOGUE: Uint8Array = encodeUtf8("dsoftbus tcp v1");

/** Sizes of the three Noise messages: no payload, proof, proof. */
export const HANDSHAKE_MESSAGE_BYTES = [48, 144, 160] as const;

/** `len u16` in front of every message and record. */
export const LENGTH_BYTES = 2;
/** In front of a record's body. */
export const KIND_BYTES = 1;
export const MIN_RECORD_BYTES = KIND_BYTES + AEAD_TAG_BYTES;
export const MAX_TCP_RECORD_BYTES = 0xffff;

export const RecordKind = { DATA: 0, FIN: 1, CLOSE: 2, ACCEPT: 3 } as const;
