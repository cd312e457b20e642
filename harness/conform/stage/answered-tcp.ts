/** The handshake over TCP, from the responder's side and step by step (dsoftbus-transport.md#10-tcp-transport). */
import { randomBytes } from "node:crypto";
import { proofOf } from "../../observer/crypto/device.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { readProof } from "../../observer/crypto/proof.ts";
import { MESSAGE_BYTES, TCP_PROLOGUE } from "../../observer/handshakes/tcp-handshake.ts";
import { withLength } from "../../observer/wire/made-record.ts";
import { demand } from "../../peer/mux/peer-mux.ts";
import { unexpected } from "../../peer/transport/changes.ts";
import { XkResponder } from "../../peer/transport/noise-side.ts";
import type { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import { nextMessage } from "../../peer/transport/peer-tcp-dial.ts";
import { PeerTcpSession } from "../../peer/transport/peer-tcp-session.ts";
import type { DialledStage } from "./dialled-stage.ts";

/** @returns the session, of which no record has left @throws PeerError unless messages 1 and 3 are as they must be */
export async function answerOverTcp(
  { setup }: DialledStage,
  tcp: PeerTcp,
  proof2?: Uint8Array,
): Promise<PeerTcpSession> {
  const { self } = setup.at;
  const ephemeral = randomBytes(32);
  setup.trace.ephemeral(x25519Public(ephemeral), ephemeral);
  const noise = new XkResponder({ staticSecret: self.staticSecret, ephemeral }, TCP_PROLOGUE);
  const first = await nextMessage(tcp, "message 1");
  demand(first.length === MESSAGE_BYTES.first, `message 1 has ${first.length} bytes`);
  if (noise.readFirst(first) === undefined) throw unexpected("message 1 doesn't open");
  tcp.write(withLength(noise.writeSecond(proof2 ?? proofOf(self, "server"))));
  const third = await nextMessage(tcp, "message 3");
  demand(third.length === MESSAGE_BYTES.third, `message 3 has ${third.length} bytes`);
  const read = noise.readThird(third);
  if (read === undefined) throw unexpected("message 3 doesn't open");
  const { deviceId, problem } = readProof("client", read.staticKey, read.payload);
  demand(deviceId === setup.targetId, `message 3's proof: ${problem ?? "another device's"}`);
  return new PeerTcpSession("responder", tcp, noise.split());
}
