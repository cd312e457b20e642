/** A reader that waits until it is told to read (services.md#sink-and-gate). */
import { join, u64, u8 } from "../../observer/crypto/bytes.ts";
import { ProbeContent, ProbeDigest } from "../../observer/wire/probe-content.ts";
import { readGateTotal, readGateVerdict } from "../../observer/wire/service-messages.ts";
import { demand, type PeerMux, type PeerService } from "../mux/peer-mux.ts";

const READ_BYTES = 16_384;
const SEED = 0x51_4b;
/** Who tries how much a writer gets rid of takes its time before it opens the gate. */
const UNREAD_MS = 120_000;
/** The far end is seen to answer something else while the sink stands still. */
const BEYOND_CREDIT_BYTES = 16_384;

/** Reads nothing: the gate does. It must not be finished before. */
export const sinkServer: PeerService = async (stream, mux) => {
  await mux.changes.until("a sink that was read", () => (stream.isReadOut ? true : undefined), UNREAD_MS);
};

export const gateServer: PeerService = async (stream, mux) => {
  const message = await stream.message();
  const total = message === undefined ? undefined : readGateTotal(message).value;
  const sink = mux.streamNamed(stream.name.replace(/^gate/, "sink"));
  demand(total !== undefined && sink !== undefined, "a gate without its total or its sink");
  const digest = new ProbeDigest();
  let length = 0;
  for (let bytes = await sink.some(READ_BYTES); bytes !== undefined; bytes = await sink.some(READ_BYTES)) {
    digest.add(bytes);
    length += bytes.length;
  }
  const found = digest.finish();
  const isOk = length === total.length && Buffer.compare(found, total.digest) === 0;
  mux.changes.notify();
  stream.writeMessage(join(u8(isOk ? 1 : 0), u64(length), found));
};

/** Fills a sink to the credit that it was opened with, and more, opens its gate, and finds that all of it arrived. @throws PeerError */
export async function fillSink(mux: PeerMux, key: string): Promise<void> {
  const sink = mux.open(`sink/${key}`);
  const gate = mux.open(`gate/${key}`);
  await mux.changes.until("credit for a sink", () => (sink.isAcknowledged && sink.credit > 0 ? true : undefined));
  const length = sink.credit + BEYOND_CREDIT_BYTES;
  const content = new ProbeContent(SEED).part(0, length);
  sink.write(content);
  sink.finish();
  // Who grants more before it reads takes all of it.
  const isFull = (): boolean => sink.credit === 0 || sink.writtenBytes === length;
  await mux.changes.until("a full sink", () => (isFull() ? true : undefined));
  const digest = new ProbeDigest();
  digest.add(content);
  const expected = digest.finish();
  gate.writeMessage(join(u64(length), expected));
  const message = await gate.message();
  const verdict = message === undefined ? undefined : readGateVerdict(message).value;
  const isRight = verdict !== undefined && verdict.isOk && verdict.length === length;
  demand(isRight && Buffer.compare(verdict.digest, expected) === 0, "a sink that did not take what was written");
  gate.finish();
}
