/** Transport parameters inside the handshake, 15 bytes (dsoftbus-transport.md#32-params). */
import { ByteReader } from "../../bytes/reader.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { PROTOCOL_VERSION } from "../packet/header.ts";
import type { TransportParameters } from "./transport-parameters.ts";
import { PARAMETERS_BYTES } from "./constants.ts";

const KIB = 1024;
export const PARAMETER_RANGES = {
  windowBytes: { minimum: 16 * KIB, maximum: KIB * KIB },
  idleTimeoutMs: { minimum: 3_000, maximum: 120_000 },
  ackDelayMs: { minimum: 1, maximum: 100 },
} as const;

/** @returns the first parameter out of its range, or undefined */
export function parameterOutOfRange(parameters: TransportParameters): keyof TransportParameters | undefined {
  for (const name of ["windowBytes", "idleTimeoutMs", "ackDelayMs"] as const) {
    const value = parameters[name];
    const { minimum, maximum } = PARAMETER_RANGES[name];
    if (!Number.isInteger(value) || value < minimum || value > maximum) return name;
  }
  return undefined;
}

/** @param sessionHalf the half of the session id that the sender chose */
export function writeParameters(writer: ByteWriter, parameters: TransportParameters, sessionHalf: number): void {
  writer
    .u8(PROTOCOL_VERSION)
    .u32(sessionHalf)
    .u32(parameters.windowBytes)
    .u32(parameters.idleTimeoutMs)
    .u16(parameters.ackDelayMs);
}

export function encodeParameters(parameters: TransportParameters, sessionHalf: number): Uint8Array {
  const writer = new ByteWriter(PARAMETERS_BYTES);
  writeParameters(writer, parameters, sessionHalf);
  return writer.finish();
}

/**
 * @param sessionHalf the sender's half in the header: the two must be equal, or somebody changed the header on the way
 * @returns the parameters, or undefined if version, half or a range is wrong
 */
export function decodeParameters(bytes: Uint8Array, sessionHalf: number): TransportParameters | undefined {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  const half = reader.u32();
  const parameters = { windowBytes: reader.u32(), idleTimeoutMs: reader.u32(), ackDelayMs: reader.u16() };
  if (!reader.isExactlyConsumed || version !== PROTOCOL_VERSION || half !== sessionHalf) return undefined;
  return parameterOutOfRange(parameters) === undefined ? parameters : undefined;
}
