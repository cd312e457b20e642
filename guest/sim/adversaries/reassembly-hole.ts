/** Sends single bytes with holes between them, never the first: what a receiver keeps for each must be bounded. */
import { FORGED, ForgedConnection } from "./forged-connection.ts";

const PACKETS = 3_000;
const PACKETS_AT_ONCE = 50;
const EVERY_MS = 5;

export class ReassemblyHoleConnection extends ForgedConnection {
  #sent = 0;
  #nextMs = 0;

  protected override onPacket(): void {
    // The victim's word is of no interest.
  }

  protected override onTime(nowMs: number): void {
    if (nowMs < this.#nextMs || this.#sent >= PACKETS || this.openedPackets === 0) return;
    this.#nextMs = nowMs + EVERY_MS;
    for (let i = 0; i < PACKETS_AT_ONCE; i++) {
      this.#sent += 1;
      const body = new Uint8Array(9);
      new DataView(body.buffer).setBigUint64(0, BigInt(2 * this.#sent), true);
      this.forge({ type: FORGED.DATA, pn: this.nextPn++, body });
    }
  }

  override nextDeadlineMs(): number | undefined {
    if (this.end !== undefined || this.#sent >= PACKETS || this.openedPackets === 0) return super.nextDeadlineMs();
    return Math.min(super.nextDeadlineMs() ?? Infinity, Math.max(this.#nextMs, this.lastReceiptMs));
  }
}
