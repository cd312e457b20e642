/** Sending and receiving bulk content: the server does both, and so does its client. */
import { testContent } from "../../../contract/test-content.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import { ContentDigest } from "../messages/content-digest.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { type ByteSink, type StreamReader, writeMessage } from "../messages/stream-messages.ts";
import { type BulkContent, decodeAnnouncedBulk, encodeAnnouncedBulk, encodeBulkVerdict } from "./bulk-codec.ts";

/** Made and handed to the stream at a time. */
const PIECE_BYTES = 16 * 1024;

/**
 * Sends the content that `seed` names and waits for the verdict.
 * @throws BusError BUS_MESSAGE if the far end doesn't hold the same
 */
export async function sendBulk(
  sink: ByteSink,
  answers: StreamReader,
  content: BulkContent,
  crypto: CryptoPrimitives,
): Promise<Uint8Array> {
  await writeMessage(sink, encodeAnnouncedBulk(content));
  const digest = new ContentDigest(crypto);
  for (let offset = 0; offset < content.lengthBytes; offset += PIECE_BYTES) {
    const piece = testContent(content.seed, offset, Math.min(PIECE_BYTES, content.lengthBytes - offset));
    digest.update(piece);
    await sink.write(piece);
  }
  const sent = digest.finish();
  await writeMessage(sink, sent);
  const verdict = await answers.message();
  if (verdict === undefined || !equalBytes(verdict, encodeBulkVerdict(true, sent))) {
    throw new BusError("BUS_MESSAGE", `the far end does not hold the ${content.lengthBytes} bytes that were sent`);
  }
  return sent;
}

/**
 * Receives content, compares every byte and the digest, and sends the verdict.
 * @param expected what must come; undefined: whatever is announced, if it is the content that its seed names
 * @returns what came, or undefined if the stream ended before an announcement
 * @throws BusError BUS_MESSAGE if it is not what it should be (the verdict was sent)
 */
export async function receiveBulk(
  source: StreamReader,
  verdicts: ByteSink,
  expected: BulkContent | undefined,
  crypto: CryptoPrimitives,
): Promise<(BulkContent & { readonly digest: Uint8Array }) | undefined> {
  const announcement = await source.message();
  if (announcement === undefined) return undefined;
  const content = checkAnnouncement(announcement, expected);
  const digest = new ContentDigest(crypto);
  let firstWrong: number | undefined;
  while (digest.lengthBytes < content.lengthBytes) {
    const piece = await source.some(content.lengthBytes - digest.lengthBytes);
    if (piece === undefined) {
      throw new BusError("BUS_MESSAGE", `bulk ended after ${digest.lengthBytes} of ${content.lengthBytes} bytes`);
    }
    firstWrong ??= firstDifference(
      piece,
      testContent(content.seed, digest.lengthBytes, piece.length),
      digest.lengthBytes,
    );
    digest.update(piece);
  }
  const received = digest.finish();
  const claimed = await source.message();
  const isClaimed = claimed !== undefined && equalBytes(claimed, received);
  const isSame = firstWrong === undefined && isClaimed;
  await writeMessage(verdicts, encodeBulkVerdict(isSame, received));
  if (!isSame) {
    const what =
      firstWrong === undefined ? "its digest is not the sender's" : `byte ${firstWrong} is the first wrong one`;
    throw new BusError("BUS_MESSAGE", `${content.lengthBytes} bytes of bulk arrived: ${what}`);
  }
  return { ...content, digest: received };
}

/** @param atOffset of both @returns the offset of the first byte that differs */
function firstDifference(piece: Uint8Array, expected: Uint8Array, atOffset: number): number | undefined {
  if (equalBytes(piece, expected)) return undefined;
  return atOffset + piece.findIndex((byte, index) => byte !== expected[index]);
}

function checkAnnouncement(announcement: Uint8Array, expected: BulkContent | undefined): BulkContent {
  const content = decodeAnnouncedBulk(announcement);
  const isExpected =
    expected === undefined || (content?.seed === expected.seed && content.lengthBytes === expected.lengthBytes);
  if (content === undefined || !isExpected) {
    throw new BusError("BUS_MESSAGE", "bulk was announced that is malformed, too long or not expected");
  }
  return content;
}
