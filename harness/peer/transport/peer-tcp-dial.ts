/** A dial of ours over TCP: three messages, then the session once the far end has said ACCEPT (dsoftbus-transport.md#10-tcp-transport). */
import { randomBytes } from "node:crypto";
import { type Device, proofOf } from "../../observer/crypto/device.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { MESSAGE_BYTES, TCP_PROLOGUE } from "../../observer/handshakes/tcp-handshake.ts";
import { withLength } from "../../observer/wire/made-record.ts";
import { unexpected } from "./changes.ts";
import { XkInitiator } from "./noise-side.ts";
import type { DialledDevice } from "./peer-dial.ts";
import type { PeerTcp } from "./peer-tcp.ts";
import { PeerTcpSession } from "./peer-tcp-session.ts";

/** Unlike an honest initiator's; what is left out is as it should be. */
export interface TcpInitiatorChanges {
  readonly proof3?: Uint8Array;
  /** Message 3 with its length, and all that leaves in its place. */
  readonly third?: (framed: Uint8Array) => Uint8Array;
}

export interface TcpDialSetup {
  readonly tcp: PeerTcp;
  readonly self: Device;
  readonly target: DialledDevice;
  readonly changes?: TcpInitiatorChanges;
  /** Told an ephemeral key before it leaves. */
  readonly onEphemeral: (publicKey: Uint8Array, secret: Uint8Array) => void;
}

/** @returns the session, message 3 having left: the far end may not have let it in @throws PeerError unless message 2 is right */
export async function dialOverTcp({
  tcp,
  self,
  target,
  changes = {},
  onEphemeral,
}: TcpDialSetup): Promise<PeerTcpSession> {
  const ephemeral = randomBytes(32);
  onEphemeral(x25519Public(ephemeral), ephemeral);
  const noise = new XkInitiator({ staticSecret: self.staticSecret, ephemeral }, target.staticPublicKey, TCP_PROLOGUE);
  tcp.write(withLength(noise.writeFirst(new Uint8Array())));
  const message = await nextMessage(tcp, "message 2");
  if (message.length !== MESSAGE_BYTES.second) throw unexpected(`message 2 over TCP has ${message.length} bytes`);
  const proof = noise.readSecond(message);
  if (proof === undefined) throw unexpected("message 2 over TCP doesn't open");
  const { deviceId, problem } = readProof("server", target.staticPublicKey, proof);
  if (problem !== undefined) throw unexpected(`message 2's proof over TCP: ${problem}`);
  if (deviceId !== target.deviceId) throw unexpected(`message 2 proves the device ${deviceId}, not who was dialled`);
  const third = withLength(noise.writeThird(changes.proof3 ?? proofOf(self, "client")));
  const session = new PeerTcpSession("initiator", tcp, noise.split());
  tcp.write(changes.third?.(third) ?? third);
  return session;
}

/** @throws PeerError if the far end is gone */
export function nextMessage(tcp: PeerTcp, what: string): Promise<Uint8Array> {
  let message: Uint8Array | undefined;
  tcp.onMessage = (heard) => {
    message ??= heard;
    tcp.onMessage = undefined;
  };
  return tcp.changes.until(what, () => {
    if (message === undefined && tcp.hasEnded) throw unexpected(`TCP ends in the place of ${what}`);
    return message;
  });
}
