/**
 * What a peer of Mux v2 may send on each stream (dsoftbus-transport.md#12-mux-v2), counted from the bytes that the other end really put on the wire: a
 * mutated or repeated frame grants as well as an intended one, as long as the session lives.
 */
const HEADER_BYTES = 12;
const OPEN = 1;
const OPEN_ACK = 2;
const DATA = 3;
const WINDOW_UPDATE = 4;

export class GrantedCredit {
  readonly #leftBytes = new Map<number, number>();
  readonly #granting = new FrameReader();
  readonly #spending = new FrameReader();

  /** Bytes that the granting end wrote, cut anywhere. */
  onGranting(bytes: Uint8Array): void {
    this.#granting.read(bytes, (type, id, payload) => {
      if (type !== OPEN && type !== OPEN_ACK && type !== WINDOW_UPDATE) return;
      if (payload.length < 4) return;
      const creditBytes = new DataView(payload.buffer, payload.byteOffset).getUint32(0, true);
      this.#leftBytes.set(id, (this.#leftBytes.get(id) ?? 0) + creditBytes);
    });
  }

  /**
   * Bytes that the other end wrote, cut anywhere.
   *
   * @returns what it may not have sent, or undefined
   */
  onSpending(bytes: Uint8Array): string | undefined {
    let wrong: string | undefined;
    this.#spending.read(bytes, (type, id, payload) => {
      if (type !== DATA) return;
      const leftBytes = (this.#leftBytes.get(id) ?? 0) - payload.length;
      this.#leftBytes.set(id, leftBytes);
      if (leftBytes < 0) wrong ??= `${-leftBytes} bytes beyond the credit of stream ${id}`;
    });
    return wrong;
  }
}

/** Cuts frames out of a byte stream, whatever is in them. */
class FrameReader {
  #unread: Uint8Array = new Uint8Array(0);

  read(bytes: Uint8Array, onFrame: (type: number, id: number, payload: Uint8Array) => void): void {
    const all = new Uint8Array(this.#unread.length + bytes.length);
    all.set(this.#unread);
    all.set(bytes, this.#unread.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + view.getUint32(at + 8, true);
      if (end > all.length) break;
      onFrame(view.getUint8(at + 1), view.getUint32(at + 4, true), all.subarray(at + HEADER_BYTES, end));
      at = end;
    }
    this.#unread = all.slice(at);
  }
}
