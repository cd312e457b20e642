/** A run as the observer sees it: datagrams put on a made-up wire, and what came of them. */
import type { Device } from "../crypto/device.ts";
import { x25519Public } from "../crypto/primitives.ts";
import { Secrets } from "../keys/secrets.ts";
import { EphemeralKeys } from "./ephemeral-keys.ts";
import type { HandshakeContext, PlannedDevice } from "./handshake-context.ts";
import type { HandshakeFinding } from "./handshake-rules.ts";
import type { OpenedHandshake } from "./opened-handshake.ts";
import { SessionHalves } from "./session-halves.ts";
import { UdpHandshakes } from "./udp-handshakes.ts";

export const INITIATOR = "10.77.0.1:40001";
export const RESPONDER = "10.77.0.2:37021";

/** Somebody whose secrets may be told: a side of a handshake as the vectors have it. */
export interface Party {
  readonly device: Device;
  readonly ephemeral: Uint8Array;
}

export function secretsOf(told: readonly Party[], peers: readonly Device[] = []): Secrets {
  const secrets = new Secrets();
  for (const { device, ephemeral } of told) {
    secrets.addStatic(device.staticPublicKey, device.staticSecret);
    secrets.addEphemeral(x25519Public(ephemeral), ephemeral);
  }
  for (const { staticPublicKey } of peers) secrets.addPeer(staticPublicKey);
  return secrets;
}

export function planned(...devices: readonly Device[]): PlannedDevice[] {
  return devices.map(({ deviceId, staticPublicKey }, index) => ({
    name: `device ${index}`,
    deviceId,
    staticKey: Buffer.from(staticPublicKey).toString("hex"),
  }));
}

export interface Where {
  /** By default both: as on loopback. */
  readonly places?: readonly ("sent" | "delivered")[];
  readonly from?: string;
  readonly to?: string;
  readonly atMs?: number;
  readonly isTapped?: boolean;
}

export class ObservedRun {
  readonly findings: HandshakeFinding[] = [];
  readonly opened: OpenedHandshake[] = [];
  readonly unjudged: string[] = [];
  readonly packets: { readonly plaintext: Uint8Array | undefined; readonly sender: string }[] = [];
  readonly context: HandshakeContext;
  readonly #udp: UdpHandshakes;
  #number = 0;

  constructor(secrets: Secrets, devices?: readonly PlannedDevice[]) {
    this.context = {
      secrets,
      devices,
      ephemeralKeys: new EphemeralKeys(),
      sessionHalves: new SessionHalves(),
      timing: { clockSlackUs: 0, lagUs: 1_000_000 },
      report: (finding) => void this.findings.push(finding),
      unjudged: (what, { number }) => void this.unjudged.push(`${number}: ${what}`),
      opened: (handshake) => void this.opened.push(handshake),
    };
    this.#udp = new UdpHandshakes(this.context, {
      packet: (_, { plaintext, sender }) => void this.packets.push({ plaintext, sender }),
      unopened: (_, { sender }) => void this.packets.push({ plaintext: undefined, sender }),
    });
  }

  get rules(): string[] {
    return this.findings.map(({ rule, end }) => `${rule} ${end}`);
  }

  initiatorSends(bytes: Uint8Array, where: Where = {}): this {
    return this.#put(bytes, { from: INITIATOR, to: RESPONDER, ...where });
  }

  responderSends(bytes: Uint8Array, where: Where = {}): this {
    return this.#put(bytes, { from: RESPONDER, to: INITIATOR, ...where });
  }

  #put(bytes: Uint8Array, where: Where): this {
    this.#number += 1;
    const { places = ["sent", "delivered"], from = "", to = "", atMs = this.#number, isTapped = true } = where;
    const at = { file: "x.pcapng", number: this.#number, atUs: atMs * 1_000 };
    for (const place of places) this.#udp.take({ ...at, from, to, place, isTapped, bytes });
    return this;
  }
}
