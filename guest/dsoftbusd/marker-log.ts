import { MARKERS } from "../../contract/markers.ts";
import type { Console } from "../runtime/runtime.ts";

/**
 * The daemon's markers, each at most once in the life of the process: a marker says that something was reached, and a ladder of
 * rungs takes a repeated one for a mistake. Every session has its own events.
 */
export class MarkerLog {
  readonly #console: Console;
  readonly #printed = new Set<string>();

  constructor(console: Console) {
    this.#console = console;
  }

  listenerUp(port: number): void {
    this.#once(MARKERS.listenerUp(port));
  }

  /** The peer's identity is bound to a udp-sec session, and the selection for it is made. */
  udpSecSession(): void {
    this.#once(MARKERS.sessionOk);
    this.#once(MARKERS.selectedUdpSec);
  }

  muxDataOk(): void {
    this.#once(MARKERS.muxDataOk);
  }

  disabledFallbackTcp(): void {
    this.#once(MARKERS.disabledFallbackTcp);
  }

  rngBlocked(): void {
    this.#once(MARKERS.rngBlocked);
  }

  #once(text: string): void {
    if (this.#printed.has(text)) return;
    this.#printed.add(text);
    this.#console.marker(text);
  }
}
