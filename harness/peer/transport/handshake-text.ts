/** MSG1, MSG2 and MSG3 as one side writes them (dsoftbus-transport.md#31-datagrams), with whatever a liar wants changed. */
import { randomBytes } from "node:crypto";
import { join, zeros } from "../../observer/crypto/bytes.ts";
import { type Device, proofOf } from "../../observer/crypto/device.ts";
import { PROOF_LENGTH } from "../../observer/crypto/proof.ts";
import { HANDSHAKE_BYTES } from "../../observer/wire/handshake-datagrams.ts";
import { type Params, PARAMS_BYTES, paramsOf } from "../../observer/wire/params.ts";
import { headerOf, TYPES, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";

const SEAL_OVERHEAD_BYTES = 16 + 32;
export const MSG1_PADDING_BYTES = 1_142 - SEAL_OVERHEAD_BYTES - PARAMS_BYTES;
const MSG2_PADDING_BYTES = 1_174 - SEAL_OVERHEAD_BYTES - PARAMS_BYTES - PROOF_LENGTH;

export const PEER_PARAMS: Params = { window: 262_144, idleTimeoutMs: 15_000, ackDelayMs: 25 };

/** Unlike an honest initiator's; what is left out is as it should be. */
export interface InitiatorChanges {
  /** In MSG1. */
  readonly params1?: Params;
  readonly padding1?: Uint8Array;
  /** The whole of MSG1, cookie and all. */
  readonly msg1?: (msg1: Uint8Array) => Uint8Array;
  readonly params3?: Params;
  readonly proof3?: Uint8Array;
  /** Static key that MSG3 shows. */
  readonly shownStatic?: Uint8Array;
}

/** Unlike an honest responder's. */
export interface ResponderChanges {
  readonly params2?: Params;
  readonly proof2?: Uint8Array;
  readonly msg2?: (msg2: Uint8Array) => Uint8Array;
}

export interface Ids {
  readonly low: number;
  readonly high: number;
}

export function firstPayload(half: number, params: Params, { params1, padding1 }: InitiatorChanges): Uint8Array {
  return join(paramsOf(half, params1 ?? params), padding1 ?? zeros(MSG1_PADDING_BYTES));
}

export function secondPayload(half: number, device: Device, params: Params, changes: ResponderChanges): Uint8Array {
  const proof = changes.proof2 ?? proofOf(device, "server");
  return join(paramsOf(half, changes.params2 ?? params), proof, zeros(MSG2_PADDING_BYTES));
}

export function thirdPayload(half: number, device: Device, params: Params, changes: InitiatorChanges): Uint8Array {
  return join(paramsOf(half, changes.params3 ?? params), changes.proof3 ?? proofOf(device, "client"));
}

/** @returns header and Noise message */
export function handshakeDatagram(message: "MSG1" | "MSG2" | "MSG3", ids: Ids, noise: Uint8Array): Uint8Array {
  const typ = TYPES[message];
  return join(headerOf({ typ, ...ids }, (HANDSHAKE_BYTES[typ] ?? 0) - UDP_SEC_HEADER_BYTES), noise);
}

export function proofIn(payload: Uint8Array): Uint8Array {
  return payload.subarray(PARAMS_BYTES, PARAMS_BYTES + PROOF_LENGTH);
}

/** @returns the proof of an initiator that shows one device's public key, and was signed by another with its own */
export function proofSignedBy(signer: Device, shown: Device): Uint8Array {
  const signature = proofOf(signer, "client", shown.staticPublicKey).subarray(shown.publicKey.length);
  return join(shown.publicKey, signature);
}

/** @returns a half of a session id: random, not zero */
export function freshHalf(): number {
  return (randomBytes(4).readUInt32LE() | 1) >>> 0;
}
