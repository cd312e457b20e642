/** Segments of TCP in virtual time, for whoever wants to see them: what is modelled of a connection, as its frames would show it. */
import type { SocketAddress } from "../../runtime/runtime.ts";

export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export interface ObservedSegment {
  readonly atMs: number;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly flags: number;
  /** Both sides begin at 0, which is the SYN. */
  readonly sequence: number;
  readonly acknowledged: number;
  readonly bytes: Uint8Array;
}

export interface SegmentObserver {
  /** @param isLost it will not arrive: a reliable pipe sends it again */
  onSegmentSent(segment: ObservedSegment, isLost: boolean): void;
  onSegmentArriving(segment: ObservedSegment): void;
}

export const NO_BYTES = new Uint8Array(0);
