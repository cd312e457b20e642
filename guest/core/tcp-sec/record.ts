/** What is inside a record (dsoftbus-transport.md#10-tcp-transport): kind u8, then by kind. */
import { concatBytes } from "../bytes/concat.ts";
import { ByteReader } from "../bytes/reader.ts";
import { decodeUtf8, encodeUtf8Prefix } from "../bytes/utf8.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { MAX_CLOSE_REASON_BYTES } from "../connection-end.ts";
import { RecordKind } from "./constants.ts";

export type TcpRecord =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "fin" }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "accept" };

/** @returns the plaintext; a reason is cut to 255 bytes */
export function encodeRecord(record: TcpRecord): Uint8Array {
  switch (record.kind) {
    case "data":
      return concatBytes(Uint8Array.of(RecordKind.DATA), record.bytes);
    case "fin":
      return Uint8Array.of(RecordKind.FIN);
    case "close": {
      const reason = encodeUtf8Prefix(record.reason, MAX_CLOSE_REASON_BYTES);
      return new ByteWriter(3 + reason.length).u8(RecordKind.CLOSE).u16(record.code).bytes(reason).finish();
    }
    case "accept":
      return Uint8Array.of(RecordKind.ACCEPT);
  }
}

/** @returns the record, or undefined if it is malformed: an unknown kind, DATA without bytes, anything left over */
export function decodeRecord(plaintext: Uint8Array): TcpRecord | undefined {
  const reader = new ByteReader(plaintext);
  switch (reader.u8()) {
    case RecordKind.DATA:
      return reader.remainingBytes > 0 ? { kind: "data", bytes: reader.rest() } : undefined;
    case RecordKind.FIN:
      return reader.isExactlyConsumed ? { kind: "fin" } : undefined;
    case RecordKind.CLOSE: {
      const code = reader.u16();
      const reason = decodeUtf8(reader.rest());
      if (reader.hasFailed || reason === undefined || plaintext.length > 3 + MAX_CLOSE_REASON_BYTES) return undefined;
      return { kind: "close", code, reason };
    }
    case RecordKind.ACCEPT:
      return reader.isExactlyConsumed ? { kind: "accept" } : undefined;
    default:
      return undefined;
  }
}
