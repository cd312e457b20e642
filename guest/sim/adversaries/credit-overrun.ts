/** Sends stream bytes far beyond the credit it was given. */
import { FORGED, ForgedConnection } from "./forged-connection.ts";

const BEYOND_ANY_WINDOW_BYTES = 2 * 1024 * 1024;

export class CreditOverrunConnection extends ForgedConnection {
  #hasSent = false;

  protected override onPacket(): void {
    if (this.#hasSent) return;
    this.#hasSent = true;
    const body = new Uint8Array(8 + 100);
    new DataView(body.buffer).setBigUint64(0, BigInt(BEYOND_ANY_WINDOW_BYTES), true);
    this.forge({ type: FORGED.DATA, pn: this.nextPn++, body });
  }
}
