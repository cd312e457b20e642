/** Requests and replies, each proving the one before (services.md#control). */
import { join, u32, zeros } from "../../observer/crypto/bytes.ts";
import { sha256 } from "../../observer/crypto/primitives.ts";
import { readControl } from "../../observer/wire/service-messages.ts";
import { SHA256_BYTES } from "../../observer/wire/probe-content.ts";
import { demand, type PeerService } from "../mux/peer-mux.ts";
import type { PeerStream } from "../mux/peer-stream.ts";

const DIGEST_AT = 4;

/** @param shown what becomes of a reply before it leaves */
export function controlServer(shown: (reply: Uint8Array) => Uint8Array = (reply) => reply): PeerService {
  return async (stream) => {
    let before = zeros(SHA256_BYTES);
    let count = 0;
    for (let request = await stream.message(); request !== undefined; request = await stream.message()) {
      count += 1;
      const read = readControl(request).value;
      demand(read !== undefined && read.index === count, `request ${count} on ${stream.name} is none`);
      demand(Buffer.compare(read.digest, before) === 0, `request ${count} has another digest than the reply before`);
      const reply = join(u32(count), sha256(request), read.payload);
      before = sha256(reply);
      stream.writeMessage(shown(reply));
    }
  };
}

/** @param shownDigest what the second request says of the first reply @returns once both replies are right @throws PeerError */
export async function exchangeTwice(
  stream: PeerStream,
  shownDigest: (digest: Uint8Array) => Uint8Array = (digest) => digest,
): Promise<void> {
  let before = zeros(SHA256_BYTES);
  for (const count of [1, 2]) {
    const payload = Buffer.from(`request ${count}`);
    const request = join(u32(count), count === 1 ? before : shownDigest(before), payload);
    stream.writeMessage(request);
    const reply = await stream.message();
    demand(reply !== undefined, "control ends without a reply");
    before = sha256(reply);
    const expected = join(u32(count), sha256(request), payload);
    demand(Buffer.compare(reply, expected) === 0, `reply ${count} is not index, digest and payload of its request`);
  }
  stream.finish();
  demand((await stream.message()) === undefined, "the control stream goes on after its end");
}

/** @returns the reply with another digest */
export function withWrongDigest(reply: Uint8Array): Uint8Array {
  const copy = reply.slice();
  copy[DIGEST_AT] = (copy[DIGEST_AT] ?? 0) ^ 1;
  return copy;
}
