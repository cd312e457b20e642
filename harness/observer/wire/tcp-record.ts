/** The plaintext of one record of TCP (dsoftbus-transport.md#10-tcp-transport). */
import { broken, readUtf8, viewOf, type Reading } from "./reading.ts";

export type TcpRecordBody =
  | { readonly kind: "DATA"; readonly bytes: Uint8Array }
  | { readonly kind: "FIN" }
  | { readonly kind: "CLOSE"; readonly code: number; readonly reason: string }
  | { readonly kind: "ACCEPT" };

const KINDS = ["DATA", "FIN", "CLOSE", "ACCEPT"] as const;
const MAX_REASON_BYTES = 255;

/** @returns the record, or the rule that it breaks */
export function readTcpRecord(plaintext: Uint8Array): Reading<TcpRecordBody> {
  const [code] = plaintext;
  if (code === undefined) return broken("RX-94", "a record without a kind");
  const kind = KINDS[code];
  const rest = plaintext.subarray(1);
  if (kind === undefined) return broken("RX-96", `kind ${code}`);
  switch (kind) {
    case "DATA":
      return rest.length === 0 ? broken("RX-96", "DATA without bytes") : { value: { kind, bytes: rest } };
    case "FIN":
    case "ACCEPT":
      return rest.length > 0 ? broken("RX-96", `${kind} with ${rest.length} bytes`) : { value: { kind } };
    case "CLOSE":
      return readTcpClose(rest);
  }
}

function readTcpClose(rest: Uint8Array): Reading<TcpRecordBody> {
  if (rest.length < 2 || rest.length > 2 + MAX_REASON_BYTES) return broken("RX-97", `CLOSE of ${rest.length} bytes`);
  const reason = readUtf8(rest.subarray(2));
  if (reason === undefined) return broken("RX-97", "a reason that is not UTF-8");
  return { value: { kind: "CLOSE", code: viewOf(rest).getUint16(0, true), reason } };
}
