/** What the three Noise messages carry (dsoftbus-transport.md#32-params): parameters, proof, zero padding up to a fixed size. */
import { ByteWriter } from "../../bytes/writer.ts";
import { PROOF_BYTES } from "../../identity/proof.ts";
import type { TransportParameters } from "./transport-parameters.ts";
import { NOISE1_PAYLOAD_BYTES, NOISE2_PAYLOAD_BYTES, NOISE3_PAYLOAD_BYTES, PARAMETERS_BYTES } from "./constants.ts";
import { decodeParameters, writeParameters } from "./parameters-codec.ts";

export interface ProvingPayload {
  readonly parameters: TransportParameters;
  readonly proof: Uint8Array;
}

export function encodePayload1(parameters: TransportParameters, sessionLow: number): Uint8Array {
  const payload = new Uint8Array(NOISE1_PAYLOAD_BYTES);
  writeParameters(new ByteWriter(payload), parameters, sessionLow);
  return payload;
}

/** @returns undefined if a parameter or the padding is wrong */
export function decodePayload1(payload: Uint8Array, sessionLow: number): TransportParameters | undefined {
  if (payload.length !== NOISE1_PAYLOAD_BYTES || !isZero(payload.subarray(PARAMETERS_BYTES))) return undefined;
  return decodeParameters(payload.subarray(0, PARAMETERS_BYTES), sessionLow);
}

export function encodePayload2(parameters: TransportParameters, sessionHigh: number, proof: Uint8Array): Uint8Array {
  return encodeProving(NOISE2_PAYLOAD_BYTES, parameters, sessionHigh, proof);
}

export function decodePayload2(payload: Uint8Array, sessionHigh: number): ProvingPayload | undefined {
  return decodeProving(NOISE2_PAYLOAD_BYTES, payload, sessionHigh);
}

export function encodePayload3(parameters: TransportParameters, sessionLow: number, proof: Uint8Array): Uint8Array {
  return encodeProving(NOISE3_PAYLOAD_BYTES, parameters, sessionLow, proof);
}

export function decodePayload3(payload: Uint8Array, sessionLow: number): ProvingPayload | undefined {
  return decodeProving(NOISE3_PAYLOAD_BYTES, payload, sessionLow);
}

function encodeProving(size: number, parameters: TransportParameters, half: number, proof: Uint8Array): Uint8Array {
  const payload = new Uint8Array(size);
  const writer = new ByteWriter(payload);
  writeParameters(writer, parameters, half);
  writer.bytes(proof);
  return payload;
}

function decodeProving(size: number, payload: Uint8Array, half: number): ProvingPayload | undefined {
  const proofEnd = PARAMETERS_BYTES + PROOF_BYTES;
  if (payload.length !== size || !isZero(payload.subarray(proofEnd))) return undefined;
  const parameters = decodeParameters(payload.subarray(0, PARAMETERS_BYTES), half);
  return parameters === undefined ? undefined : { parameters, proof: payload.slice(PARAMETERS_BYTES, proofEnd) };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
