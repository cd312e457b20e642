/** Those who dial the suite: somebody else's, one dial after the other, at one port. */
import type { TransportMode } from "../../../contract/configuration.ts";
import { randomBytes } from "node:crypto";
import { HarnessError } from "../../host/harness-error.ts";
import { deviceOfSeed } from "../../observer/crypto/device.ts";
import type { SocketPlace } from "../../peer/transport/peer-socket.ts";
import { DialledPlace } from "../stage/dialled-place.ts";
import type { Diallers } from "../stage/ground.ts";
import type { SuiteIdentities } from "./identity-file.ts";

/** A dialler waits longer after each failure, and remembers one for a minute. */
const DIAL_PATIENCE_MS = 150_000;

/** @throws HarnessError `conform-listen` */
export async function outsideDiallers(
  at: SocketPlace,
  mode: TransportMode,
  { target, suite: [self] }: SuiteIdentities,
  patienceMs: number,
): Promise<{ readonly diallers: Diallers; readonly place: SocketPlace; readonly end: () => Promise<void> }> {
  let place: DialledPlace;
  try {
    place = await DialledPlace.open(at, self, patienceMs);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const hint = "Is the address one of this host's, and the port free for UDP and TCP?";
    throw new HarnessError("conform-listen", `the suite can't listen at ${at.address}:${at.port}: ${why}`, hint, {
      cause,
    });
  }
  const stranger = deviceOfSeed(Uint8Array.from(randomBytes(32)));
  const lane = { at: place, targetId: target.deviceId, stranger, mode, dialPatienceMs: DIAL_PATIENCE_MS };
  return {
    diallers: { isTogether: false, laneOf: () => Promise.resolve(lane), start: () => Promise.resolve() },
    place: place.place,
    end: () => Promise.resolve(place.end()),
  };
}
