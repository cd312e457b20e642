/** For whom a MSG1 is: the harness made the identities, so it knows the secrets. */
import { deviceOfSeed } from "../../../observer/crypto/device.ts";
import { x25519 } from "../../../observer/crypto/primitives.ts";
import { UDP_PROLOGUE } from "../../../observer/handshakes/open-dial.ts";
import { openFirstMessage } from "../../../observer/noise/passive-xk.ts";

const LEAST_NOISE_BYTES = 48;
/** mac1 and cookie follow the Noise message. */
const TRAILER_BYTES = 32;

/** @param body of MSG1 @param identitySeed hex; the static secret follows from it (dsoftbus-transport.md#2-device-identity) */
export function opensForDevice(body: Buffer, identitySeed: string): boolean {
  if (body.length < LEAST_NOISE_BYTES + TRAILER_BYTES) return false;
  const { staticSecret, staticPublicKey } = deviceOfSeed(Buffer.from(identitySeed, "hex"));
  const message = body.subarray(0, body.length - TRAILER_BYTES);
  const opened = openFirstMessage(UDP_PROLOGUE, staticPublicKey, message, (ephemeral) => {
    try {
      return { kind: "known", secret: x25519(staticSecret, ephemeral) };
    } catch {
      return { kind: "small-order" };
    }
  });
  return opened.kind === "opened";
}
