/**
 * A reader that doesn't read until told so, for the backpressure probe: bytes go into stream `sink/KEY`, which its acceptor
 * leaves unread until a message on stream `gate/KEY` releases it (`length u64 || digest (32)` of what will have been written).
 * It then drains the sink to its end and answers on the gate: `ok u8 || length u64 || digest (32)`.
 */
import { ByteReader, ByteWriter } from "../../core/index.ts";
import { DIGEST_BYTES } from "../messages/content-digest.ts";

export const GATE_SERVICE = "gate";

export interface SinkTotal {
  readonly lengthBytes: number;
  readonly digest: Uint8Array;
}

export function encodeSinkTotal(total: SinkTotal): Uint8Array {
  return new ByteWriter(8 + DIGEST_BYTES).u64(total.lengthBytes).bytes(total.digest).finish();
}

export function decodeSinkTotal(message: Uint8Array): SinkTotal | undefined {
  const reader = new ByteReader(message);
  const total = { lengthBytes: reader.u64(), digest: reader.bytes(DIGEST_BYTES) };
  return reader.isExactlyConsumed ? total : undefined;
}

export function encodeSinkVerdict(isSame: boolean, total: SinkTotal): Uint8Array {
  return new ByteWriter(9 + DIGEST_BYTES)
    .u8(isSame ? 1 : 0)
    .bytes(encodeSinkTotal(total))
    .finish();
}
