/**
 * The smallest controller there is: a window that never moves. It proves that NewReno can be replaced, and notes what it is
 * told.
 */
import type {
  CongestionController,
  CongestionControllerFactory,
  CongestionPacket,
  CongestionPhase,
} from "./congestion-controller.ts";

export class FixedWindow implements CongestionController {
  readonly cwndBytes: number;
  readonly ssthreshBytes = Number.POSITIVE_INFINITY;
  readonly phase: CongestionPhase = "congestion avoidance";
  readonly sent: CongestionPacket[] = [];
  readonly acknowledged: CongestionPacket[] = [];
  readonly lost: CongestionPacket[] = [];
  mostInFlightBytes = 0;
  /** Packets that left though the window had no room for them: probes may. */
  beyondWindow = 0;
  latestRttMs = 0;

  constructor(cwndBytes: number) {
    this.cwndBytes = cwndBytes;
  }

  canSend(inFlightBytes: number, datagramBytes: number): boolean {
    return inFlightBytes + datagramBytes <= this.cwndBytes;
  }

  onPacketSent(packet: CongestionPacket, inFlightBytes: number): void {
    this.sent.push(packet);
    if (inFlightBytes > this.cwndBytes) this.beyondWindow += 1;
    this.mostInFlightBytes = Math.max(this.mostInFlightBytes, inFlightBytes);
  }

  onWindowLimited(): void {}

  onAcknowledged(packet: CongestionPacket, rtt: { readonly latestMs: number }): void {
    this.acknowledged.push(packet);
    this.latestRttMs = rtt.latestMs;
  }

  onLost(packet: CongestionPacket): boolean {
    this.lost.push(packet);
    return true;
  }

  onPersistentCongestion(): void {}

  onSpuriousLoss(): boolean {
    return false;
  }

  onForgotten(): void {}
}

/** @returns a factory, and the controllers that it made, in order */
export function fixedWindows(datagrams: number): { factory: CongestionControllerFactory; made: FixedWindow[] } {
  const made: FixedWindow[] = [];
  return {
    made,
    factory: ({ mssBytes }) => {
      const controller = new FixedWindow(datagrams * mssBytes);
      made.push(controller);
      return controller;
    },
  };
}
