/** Content both ways (services.md#bulk). */
import { flipped, join, u32, u64, u8 } from "../../observer/crypto/bytes.ts";
import { ProbeContent, ProbeDigest } from "../../observer/wire/probe-content.ts";
import { readAnnouncement, readVerdict } from "../../observer/wire/service-messages.ts";
import { demand, type PeerService } from "../mux/peer-mux.ts";
import type { PeerStream } from "../mux/peer-stream.ts";

/** Handed to the stream at a time. */
const PIECE_BYTES = 8_192;

export interface BulkOf {
  readonly seed: number;
  readonly length: number;
}

/** What a liar does to what it sends. */
export interface BulkChanges {
  /** Offset of a byte that is sent with a bit flipped. */
  readonly flippedAt?: number;
  readonly isDigestWrong?: boolean;
}

export interface VerdictOfPeer {
  readonly isOk: boolean;
  readonly digest: Uint8Array;
}

export const bulkServer: PeerService = async (stream) => {
  const announced = await announcement(stream);
  if (announced === undefined) return;
  const received = await receiveContent(stream, announced);
  stream.writeMessage(verdictMessage(received));
  if (!received.isOk) return stream.reset();
  await sendContent(stream, { seed: (announced.seed + 1) >>> 0, length: announced.length });
};

/** @returns the far end's verdict of what was sent @throws PeerError */
export async function sendContent(
  stream: PeerStream,
  { seed, length }: BulkOf,
  changes: BulkChanges = {},
): Promise<VerdictOfPeer> {
  const digest = beginContent(stream, { seed, length }, changes);
  stream.writeMessage(changes.isDigestWrong === true ? flipped(digest, 0) : digest);
  const message = await stream.message();
  const verdict = message === undefined ? undefined : readVerdict(message).value;
  demand(verdict !== undefined, "bulk ends without a verdict");
  if (verdict.isOk)
    demand(Buffer.compare(verdict.digest, digest) === 0, "a verdict with another digest than the content's");
  return verdict;
}

/** Announces and writes; the digest that should follow is not written. @param announced more, if the rest never comes @returns it */
export function beginContent(
  stream: PeerStream,
  { seed, length }: BulkOf,
  changes: BulkChanges = {},
  announced = length,
): Uint8Array {
  stream.writeMessage(join(u32(seed), u64(announced)));
  const content = new ProbeContent(seed);
  const digest = new ProbeDigest();
  for (let offset = 0; offset < length; offset += PIECE_BYTES) {
    const honest = content.part(offset, Math.min(PIECE_BYTES, length - offset));
    const at = (changes.flippedAt ?? -1) - offset;
    const piece = at >= 0 && at < honest.length ? flipped(honest, at) : honest;
    digest.add(piece);
    stream.write(piece);
  }
  return digest.finish();
}

/** Both ways, and each verdict right. @throws PeerError */
export async function transferBulk(stream: PeerStream, content: BulkOf): Promise<void> {
  const verdict = await sendContent(stream, content);
  demand(verdict.isOk, "the far end denies right content");
  const back = await announcement(stream);
  demand(back?.seed === (content.seed + 1) >>> 0 && back.length === content.length, "other content comes back");
  const received = await receiveContent(stream, back);
  demand(received.isOk, "wrong content comes back");
  stream.writeMessage(verdictMessage(received));
  stream.finish();
  demand((await stream.message()) === undefined, "the bulk stream goes on after its end");
}

export async function announcement(stream: PeerStream): Promise<BulkOf | undefined> {
  const message = await stream.message();
  if (message === undefined) return undefined;
  const read = readAnnouncement(message).value;
  demand(read !== undefined, "a malformed announcement of bulk");
  return read;
}

export async function receiveContent(stream: PeerStream, { seed, length }: BulkOf): Promise<VerdictOfPeer> {
  const content = new ProbeContent(seed);
  const digest = new ProbeDigest();
  let isOk = true;
  for (let offset = 0; offset < length;) {
    const piece = await stream.some(length - offset);
    demand(piece !== undefined, `bulk ends after ${offset} of ${length} bytes`);
    isOk &&= content.matches(offset, piece);
    digest.add(piece);
    offset += piece.length;
  }
  const received = digest.finish();
  const claimed = await stream.message();
  return { isOk: isOk && claimed !== undefined && Buffer.compare(claimed, received) === 0, digest: received };
}

export function verdictMessage({ isOk, digest }: VerdictOfPeer): Uint8Array {
  return join(u8(isOk ? 1 : 0), digest);
}
