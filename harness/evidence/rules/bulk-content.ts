/**
 * What the bulk carried is what its seeds name, byte by byte, both ways, and the digests that the ends compared are the right
 * ones: made again here from the seeds. Volume alone would take any bytes for the bulk's.
 */
import { contentDigest, ProbeContent } from "../../observer/wire/probe-content.ts";
import type { MuxStreamTalk } from "../scene/mux-conversation.ts";
import { talksIn } from "../scene/opened-sessions.ts";
import type { Scene } from "../scene/scene.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

const BULK_STREAM = /^bulk\/\d+$/;
const ANNOUNCEMENT_BYTES = 12;
const DIGEST_BYTES = 32;
/** Each claims one transfer. */
const CLAIMS = ["bulk-ok", "fallback-ok"];

export const bulkContentRule: Rule = {
  id: "bulk-content",
  text: "The opened streams hold the bulk's bytes and digests, computed anew by the harness.",
  claims: ({ input }) => input.keyLog === true || input.keys.length > 0,
  judge(scene) {
    const claims = scene.input.markers.filter(({ id }) => CLAIMS.includes(id)).length;
    const { bulkBytes } = scene.input;
    const streams = talksIn(scene).filter(({ name }) => BULK_STREAM.test(name));
    let whole = 0;
    for (const talk of streams) {
      const transfers = readBothWays(talk);
      // Cut off, by the end of the run or of its peer: it counts for no claim.
      if (transfers === undefined) continue;
      const wrong = transfers.map((transfer) => complaintAbout(transfer, bulkBytes)).find(Boolean);
      if (wrong !== undefined) return contradicted(`session ${talk.session}, stream ${talk.name}: ${wrong}`);
      whole += 1;
    }
    const saw = `${whole} of ${count(streams.length, "bulk stream")} carried the right ${bulkBytes} bytes each way; claimed ${claims}`;
    return whole < claims ? contradicted(saw) : confirmed(saw);
  },
};

/** @returns bulk streams that began and did not come to their end */
export function cutBulks(scene: Scene): readonly MuxStreamTalk[] {
  return talksIn(scene).filter(
    (talk) => BULK_STREAM.test(talk.name) && hasBegun(talk) && readBothWays(talk) === undefined,
  );
}

function hasBegun({ toAcceptor, toOpener }: MuxStreamTalk): boolean {
  return toAcceptor.content.length + toOpener.content.length > ANNOUNCEMENT_BYTES;
}

/** Both directions of one stream, each with the verdict of its far end; undefined if either isn't whole. */
function readBothWays({ toAcceptor, toOpener }: MuxStreamTalk): Transfer[] | undefined {
  const sent = readTransfer(toAcceptor.content, 0);
  const sentVerdict = readMessage(toOpener.content, 0);
  const back = sentVerdict === undefined ? undefined : readTransfer(toOpener.content, sentVerdict.end);
  const backVerdict = sent === undefined ? undefined : readMessage(toAcceptor.content, sent.end);
  if (sent === undefined || sentVerdict === undefined || back === undefined || backVerdict === undefined)
    return undefined;
  return [
    { ...sent, verdict: sentVerdict.bytes },
    { ...back, verdict: backVerdict.bytes },
  ];
}

/** @returns what is wrong with a transfer, or undefined */
function complaintAbout(transfer: Transfer, bulkBytes: number): string | undefined {
  const { seed, content, verdict } = transfer;
  if (content.length !== bulkBytes) return `${content.length} bytes instead of ${bulkBytes}`;
  const expected = Buffer.from(new ProbeContent(seed).part(0, bulkBytes));
  const differs = firstDifference(content, expected);
  if (differs !== undefined) return `content of seed ${seed} differs at byte ${differs}`;
  const digest = contentDigest(expected);
  if (!transfer.digest.equals(digest)) return `the digest that was sent for seed ${seed} is wrong`;
  const isGood = verdict[0] === 1 && verdict.subarray(1).equals(digest);
  return isGood ? undefined : `the far end did not say that it holds the content of seed ${seed}`;
}

interface Content {
  readonly seed: number;
  readonly content: Buffer;
  readonly digest: Buffer;
  readonly end: number;
}

interface Transfer extends Content {
  readonly verdict: Buffer;
}

/** Announcement (`seed u32, length u64`) and digest as messages, the content between them as it is. */
function readTransfer(stream: Buffer, at: number): Content | undefined {
  const announcement = readMessage(stream, at);
  if (announcement?.bytes.length !== ANNOUNCEMENT_BYTES) return undefined;
  const lengthBytes = Number(announcement.bytes.readBigUInt64LE(4));
  const contentEnd = announcement.end + lengthBytes;
  if (contentEnd > stream.length) return undefined;
  const digest = readMessage(stream, contentEnd);
  if (digest?.bytes.length !== DIGEST_BYTES) return undefined;
  const content = stream.subarray(announcement.end, contentEnd);
  return { seed: announcement.bytes.readUInt32LE(0), content, digest: digest.bytes, end: digest.end };
}

/** `length u32 || bytes`. */
function readMessage(stream: Buffer, at: number): { readonly bytes: Buffer; readonly end: number } | undefined {
  if (at + 4 > stream.length) return undefined;
  const end = at + 4 + stream.readUInt32LE(at);
  return end > stream.length ? undefined : { bytes: stream.subarray(at + 4, end), end };
}

function firstDifference(a: Buffer, b: Buffer): number | undefined {
  if (a.equals(b)) return undefined;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return at;
  return a.length;
}
