import { hex } from "../crypto/bytes.ts";
import { sha256 } from "../crypto/primitives.ts";
import type { SeenAt } from "./handshake-rules.ts";

/** One UDP payload at one place. A frame of loopback is seen twice: as it leaves, then as it arrives. */
export interface SeenDatagram extends SeenAt {
  readonly atUs: number;
  readonly from: string;
  readonly to: string;
  /** "sent": where its sender sends it. "delivered": where its receiver gets it. */
  readonly place: "sent" | "delivered";
  /** False: the capture doesn't say where on the path it was made, so that `place` is a guess that allows the most. */
  readonly isTapped: boolean;
  readonly bytes: Uint8Array;
}

/** What its sender answers for: its form, which a path may change, only where it left. */
export function isAccountable({ place }: SeenDatagram): boolean {
  return place === "sent";
}

export function digestOf(...parts: readonly Uint8Array[]): string {
  return hex(sha256(Buffer.concat(parts)));
}
