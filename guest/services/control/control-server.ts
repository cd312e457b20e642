import { BusError } from "../../bus/sessions/bus-error.ts";
import { ByteReader, type CryptoPrimitives } from "../../core/index.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { type ByteSink, type ByteSource, StreamReader, writeMessage } from "../messages/stream-messages.ts";
import type { ServiceRecord } from "../serving/service.ts";
import { DIGEST_BYTES } from "../messages/content-digest.ts";
import { CONTROL_HEADER_BYTES, CONTROL_SERVICE, encodeControl, MAX_CONTROL_PAYLOAD_BYTES } from "./control-codec.ts";

/** Tells its host when mux bytes have gone both ways on an opened stream, contents checked. */
export const CONTROL: ServiceRecord = {
  name: CONTROL_SERVICE,
  create:
    (host) =>
    async (stream, { session, crypto, report }) => {
      let replies = 0;
      await serveControl(stream, crypto, (provenReplies) => {
        if (provenReplies === 1) host.onVerified(session);
        replies = provenReplies;
      });
      report({ provenReplies: replies });
    },
};

/**
 * The answering side: until the stream ends.
 * @param onVerified called before the reply to a request leaves, with how many replies the peer has proven to hold
 * @throws BusError BUS_MESSAGE on a request that breaks the chain
 */
export async function serveControl(
  stream: ByteSource & ByteSink,
  crypto: CryptoPrimitives,
  onVerified: (provenReplies: number) => void,
): Promise<void> {
  const reader = new StreamReader(stream);
  let expectedDigest: Uint8Array = new Uint8Array(DIGEST_BYTES);
  for (let index = 1; ; index += 1) {
    const request = await reader.message();
    if (request === undefined) return;
    const payload = checkRequest(request, index, expectedDigest);
    if (index > 1) onVerified(index - 1);
    const reply = encodeControl(index, crypto.sha256(request), payload);
    expectedDigest = crypto.sha256(reply);
    await writeMessage(stream, reply);
  }
}

function checkRequest(request: Uint8Array, index: number, expectedDigest: Uint8Array): Uint8Array {
  const reader = new ByteReader(request);
  const isNext = reader.u32() === index && equalBytes(reader.bytes(DIGEST_BYTES), expectedDigest);
  if (!isNext || reader.hasFailed || request.length > CONTROL_HEADER_BYTES + MAX_CONTROL_PAYLOAD_BYTES) {
    throw new BusError("BUS_MESSAGE", `control request ${index} does not follow the reply before it`);
  }
  return reader.rest();
}
