import type { CongestionController, CongestionControllerFactory, CongestionSetup } from "../../../guest/core/index.ts";
import * as honest from "../../../guest/core/udp-sec/congestion/new-reno.ts";

/** As much as any sender may ever have in flight. */
const WINDOW_BYTES = 2 * 1_024 * 1_024;

export class NewReno extends honest.NewReno {
  override get cwndBytes(): number {
    return WINDOW_BYTES;
  }

  override canSend(inFlightBytes: number, datagramBytes: number): boolean {
    return inFlightBytes + datagramBytes <= WINDOW_BYTES;
  }
}

export const newReno: CongestionControllerFactory = (setup: CongestionSetup): CongestionController =>
  new NewReno(setup);
