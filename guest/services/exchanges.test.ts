/** The exchanges on a stream, on streams that are arrays: lengths at their bounds, content cut off or changed anywhere. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BULK_CANARY } from "../../contract/configuration.ts";
import { CANARY_SPACING_BYTES, testContent } from "../../contract/test-content.ts";
import { concatBytes } from "../core/index.ts";
import { nativeCrypto as crypto } from "../node/crypto/native.ts";
import { receiveBulk, sendBulk } from "./bulk/bulk-transfer.ts";
import { BusError } from "../bus/sessions/bus-error.ts";
import { ContentDigest } from "./messages/content-digest.ts";
import { MAX_MESSAGE_BYTES, StreamReader, writeMessage } from "./messages/stream-messages.ts";

class Pipe {
  readonly chunks: Uint8Array[] = [];

  write(bytes: Uint8Array): Promise<void> {
    this.chunks.push(bytes.slice());
    return Promise.resolve();
  }

  read(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.chunks.shift());
  }
}

function pipeOf(...chunks: readonly Uint8Array[]): Pipe {
  const pipe = new Pipe();
  pipe.chunks.push(...chunks);
  return pipe;
}

describe("messages", () => {
  // Requirements: V-4, V-21
  test("come back however the stream is cut", async () => {
    const lists = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 20 }), async (messages, pieceBytes) => {
        const pipe = new Pipe();
        for (const message of messages) await writeMessage(pipe, message);
        const whole = concatBytes(...pipe.chunks);
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < whole.length; at += pieceBytes) pieces.push(whole.subarray(at, at + pieceBytes));
        const reader = new StreamReader(pipeOf(...pieces));
        for (const message of messages) expect(await reader.message()).toEqual(message);
        expect(await reader.message()).toBeUndefined();
      }),
    );
  });

  // Requirements: V-4, V-5
  test.each([-1, 0, 1])("the longest and %i", async (beyond) => {
    const written = writeMessage(new Pipe(), new Uint8Array(MAX_MESSAGE_BYTES + beyond));
    if (beyond > 0) await expect(written).rejects.toThrow(BusError);
    else await written;
    const announced = new Uint8Array(4);
    new DataView(announced.buffer).setUint32(0, MAX_MESSAGE_BYTES + beyond, true);
    const read = new StreamReader(pipeOf(announced)).message();
    await expect(read).rejects.toThrow(beyond > 0 ? /announced/ : /ended after 0 of/);
  });

  // Requirement: V-5
  test("cut off anywhere is told", async () => {
    for (let length = 1; length < 7; length += 1) {
      const reader = new StreamReader(pipeOf(Uint8Array.of(3, 0, 0, 0, 7, 8, 9).subarray(0, length)));
      await expect(reader.message()).rejects.toThrow(/ended after/);
    }
  });
});

// Requirement: V-19
test("the digest is of the content, however it is cut, and of its length", () => {
  const content = testContent(1, 0, 100_000);
  const digestOf = (...parts: Uint8Array[]): Uint8Array => {
    const digest = new ContentDigest(crypto);
    for (const part of parts) digest.update(part);
    expect(digest.lengthBytes).toBe(parts.reduce((sum, part) => sum + part.length, 0));
    return digest.finish();
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: content.length }), (at) => {
      expect(digestOf(content.subarray(0, at), content.subarray(at))).toEqual(digestOf(content));
    }),
    { numRuns: 20 },
  );
  for (const length of [0, 32_767, 32_768, 32_769, 65_536]) {
    expect(digestOf(content.subarray(0, length))).not.toEqual(digestOf(content.subarray(0, length + 1)));
  }
});

// Requirement: V-28
test("any part of the content is the same part, with the canary every 4 KiB", () => {
  const whole = testContent(9, 0, 10_000);
  expect(testContent(9, 4_090, 100)).toEqual(whole.subarray(4_090, 4_190));
  expect(testContent(10, 0, 10_000)).not.toEqual(whole);
  for (let at = 0; at < 10_000; at += CANARY_SPACING_BYTES) {
    expect(Buffer.from(whole.subarray(at, at + BULK_CANARY.length)).toString()).toBe(BULK_CANARY);
  }
});

describe("bulk", () => {
  const content = { seed: 3, lengthBytes: 40_000 };

  async function sent(): Promise<Uint8Array> {
    const pipe = new Pipe();
    // Without an answer the sender fails, but what it sent is there.
    await expect(sendBulk(pipe, new StreamReader(pipeOf()), content, crypto)).rejects.toThrow(BusError);
    return concatBytes(...pipe.chunks);
  }

  // Requirements: V-11, V-12, V-13, V-14
  test("arrives, and its verdict satisfies the sender", async () => {
    const verdicts = new Pipe();
    const received = await receiveBulk(new StreamReader(pipeOf(await sent())), verdicts, content, crypto);
    expect(received).toMatchObject(content);
    await sendBulk(new Pipe(), new StreamReader(verdicts), content, crypto);
  });

  // Requirement: V-14
  test("with a byte changed is refused, and the sender hears of it", async () => {
    const whole = await sent();
    for (const at of [20, 16 + 4_096, 16 + 39_999, whole.length - 1]) {
      const verdicts = new Pipe();
      const changed = whole.with(at, (whole[at] ?? 0) ^ 1);
      await expect(receiveBulk(new StreamReader(pipeOf(changed)), verdicts, content, crypto)).rejects.toThrow(
        at === whole.length - 1 ? /digest is not the sender's/ : `byte ${at - 16} is the first wrong one`,
      );
      await expect(sendBulk(new Pipe(), new StreamReader(verdicts), content, crypto)).rejects.toThrow(/does not hold/);
    }
  });

  test("cut off, of another seed or length is refused", async () => {
    const whole = await sent();
    const receive = (bytes: Uint8Array, expected: typeof content) =>
      receiveBulk(new StreamReader(pipeOf(bytes)), new Pipe(), expected, crypto);
    await expect(receive(whole.subarray(0, 30_000), content)).rejects.toThrow(/ended after/);
    await expect(receive(whole, { ...content, seed: 4 })).rejects.toThrow(/not expected/);
    await expect(receive(whole, { ...content, lengthBytes: 40_001 })).rejects.toThrow(/not expected/);
  });
});
