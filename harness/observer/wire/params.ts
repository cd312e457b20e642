/** What both sides declare in the handshake (dsoftbus-transport.md#32-params). */
import { join, u16, u32, u8 } from "../crypto/bytes.ts";

export const PARAMS_BYTES = 15;
const VERSION = 1;

export interface Params {
  readonly version?: number;
  readonly window: number;
  readonly idleTimeoutMs: number;
  readonly ackDelayMs: number;
}

/** @param half of the session id, the sender's own */
export function paramsOf(half: number, params: Params): Uint8Array {
  const { version = VERSION, window, idleTimeoutMs, ackDelayMs } = params;
  return join(u8(version), u32(half), u32(window), u32(idleTimeoutMs), u16(ackDelayMs));
}

export interface ReadParams {
  readonly params: Params;
  /** What of it is out of range, in words. */
  readonly problem: string | undefined;
}

/** @param bytes at least 15 @param half that stands in the header */
export function readParams(bytes: Uint8Array, half: number): ReadParams {
  const view = new DataView(bytes.buffer, bytes.byteOffset, PARAMS_BYTES);
  const params = {
    version: view.getUint8(0),
    window: view.getUint32(5, true),
    idleTimeoutMs: view.getUint32(9, true),
    ackDelayMs: view.getUint16(13, true),
  };
  const declaredHalf = view.getUint32(1, true);
  const problems = [
    outside("version", params.version, VERSION, VERSION),
    declaredHalf === half ? undefined : `half ${declaredHalf}, in the header ${half}`,
    outside("window", params.window, 16_384, 1_048_576),
    outside("idle timeout", params.idleTimeoutMs, 3_000, 120_000),
    outside("ack delay", params.ackDelayMs, 1, 100),
  ];
  return { params, problem: problems.find((problem) => problem !== undefined) };
}

export function sameParams(a: Params, b: Params): boolean {
  return a.window === b.window && a.idleTimeoutMs === b.idleTimeoutMs && a.ackDelayMs === b.ackDelayMs;
}

function outside(name: string, value: number, least: number, most: number): string | undefined {
  return value >= least && value <= most ? undefined : `${name} ${value}, not ${least} .. ${most}`;
}
