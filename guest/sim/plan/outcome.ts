/** What a run came to: for expectations and reports. */

export interface SideRecord {
  readonly node: string;
  readonly session: string;
  readonly role: "initiator" | "responder";
  readonly establishedMs: number;
  endedMs: number | undefined;
  /** Name of the end, `NO_ERROR` for a good one. */
  end: string | undefined;
  writtenBytes: number;
  deliveredBytes: number;
  isReadFinished: boolean;
  /** When the first, the second, ... MiB had been read. */
  readonly mebibyteMs: number[];
  /** When the last byte was read. */
  lastDeliveryMs: number;
  maxCongestionWindowBytes: number;
  minCongestionWindowBytes: number;
  congestionWindowBytes: number;
  /** When the window fell first; it grew at some time after. */
  firstFallMs: number | undefined;
  hasRecovered: boolean;
}

export interface FailedDial {
  readonly node: string;
  readonly atMs: number;
  readonly end: string;
}

export interface HostTraffic {
  sentBytes: number;
  receivedBytes: number;
  sentDatagrams: number;
  receivedDatagrams: number;
}

export interface Outcome {
  readonly virtualMs: number;
  readonly sides: readonly SideRecord[];
  readonly dialFailures: readonly FailedDial[];
  /** By node. */
  readonly traffic: ReadonlyMap<string, HostTraffic>;
  readonly events: number;
  readonly traceHash: string;
}

/** @returns bits per second over the time from establishment to the last byte read, in 10^6 */
export function goodputMbps(side: SideRecord): number {
  return (side.deliveredBytes * 8) / 1000 / (side.lastDeliveryMs - side.establishedMs);
}
