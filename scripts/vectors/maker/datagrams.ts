/** Datagrams of udp-sec, from fields to bytes (dsoftbus-transport.md#31-datagrams, dsoftbus-transport.md#4-packets). */
import { join, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { type Device, proofOf } from "../../../harness/observer/crypto/device.ts";
import { mac1KeyOf, withMac1 } from "../../../harness/observer/wire/handshake-datagrams.ts";
import { type Params, paramsOf } from "../../../harness/observer/wire/params.ts";
import { headerOf, TYPES } from "../../../harness/observer/wire/udp-header.ts";
import { noiseXk, type NoiseTranscript } from "./noise-xk.ts";

export const DEFAULT_PARAMS: Params = { window: 262_144, idleTimeoutMs: 15_000, ackDelayMs: 25 };

export interface HandshakeParty {
  readonly device: Device;
  readonly ephemeral: Uint8Array;
  readonly half: number;
  readonly params: Params;
}

/** What a vector changes of a right handshake. */
export interface HandshakeChanges {
  readonly half1?: number;
  readonly half2?: number;
  readonly half3?: number;
  readonly params1?: Params;
  readonly params2?: Params;
  readonly params3?: Params;
  readonly padding1?: Uint8Array;
  readonly padding2?: Uint8Array;
  readonly proof2?: Uint8Array;
  readonly proof3?: Uint8Array;
  readonly prologue?: string;
  /** Instead of the initiator's own static secret. */
  readonly initiatorStatic?: Uint8Array;
}

export interface UdpHandshake {
  readonly msg1: Uint8Array;
  readonly msg2: Uint8Array;
  readonly msg3: Uint8Array;
  readonly mac1Key: Uint8Array;
  readonly noise: NoiseTranscript;
}

export function udpHandshake(a: HandshakeParty, b: HandshakeParty, changes: HandshakeChanges = {}): UdpHandshake {
  const payload1 = join(
    paramsOf(changes.half1 ?? a.half, changes.params1 ?? a.params),
    changes.padding1 ?? zeros(1079),
  );
  const payload2 = join(
    paramsOf(changes.half2 ?? b.half, changes.params2 ?? b.params),
    changes.proof2 ?? proofOf(b.device, "server"),
    changes.padding2 ?? zeros(1015),
  );
  const payload3 = join(
    paramsOf(changes.half3 ?? a.half, changes.params3 ?? a.params),
    changes.proof3 ?? proofOf(a.device, "client"),
  );
  const secrets = {
    prologue: changes.prologue ?? "dsoftbus udp-sec v1",
    initiatorStatic: changes.initiatorStatic ?? a.device.staticSecret,
    initiatorEphemeral: a.ephemeral,
    responderStatic: b.device.staticSecret,
    responderEphemeral: b.ephemeral,
  };
  const noise = noiseXk(secrets, [payload1, payload2, payload3]);
  const [message1, message2, message3] = noise.messages;
  const mac1Key = mac1KeyOf(b.device.staticPublicKey);
  const ids = { low: a.half, high: b.half };
  return {
    msg1: withMac1(mac1Key, join(headerOf({ typ: TYPES.MSG1, low: a.half, high: 0 }, 1174), message1)),
    msg2: join(headerOf({ typ: TYPES.MSG2, ...ids }, message2.length), message2),
    msg3: join(headerOf({ typ: TYPES.MSG3, ...ids }, message3.length), message3),
    mac1Key,
    noise,
  };
}
