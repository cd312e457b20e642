/** What every capture format comes down to. */

/** `sent` left the guest through this NIC, `received` was delivered to it; pcap does not say which. */
export type Direction = "sent" | "received" | "unknown";

export interface CapturedFrame {
  readonly bytes: Buffer;
  /** Length on the wire; more than `bytes` if a snap length cut it. */
  readonly wireLength: number;
  /** Since the epoch, or since the start of the capture: only differences within one file mean anything. */
  readonly timeUs: number;
  readonly direction: Direction;
  /** pcapng comments, e.g. why the fabric dropped it. */
  readonly comments: readonly string[];
}

export interface CapturedInterface {
  /** pcapng `if_name`; undefined in pcap. */
  readonly name: string | undefined;
  readonly frames: CapturedFrame[];
}

export interface CaptureFile {
  readonly interfaces: readonly CapturedInterface[];
  /** The last record is incomplete: what wrote the file was killed. Everything before it counts. */
  readonly cutShort: boolean;
}

export const LINK_TYPE_ETHERNET = 1;

/** A record longer than this is damage, not a frame (QEMU's own limit for one is 65,536 + 4,096). */
export const MAX_RECORD_BYTES = 1 << 20;
