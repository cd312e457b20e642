/** fixtures/vectors/services.json: test content, digests and the bytes that services exchange on their streams. */
import {
  ascii,
  flipped,
  hex,
  join,
  littleEndian,
  u32,
  u64,
  u8,
  zeros,
} from "../../../harness/observer/crypto/bytes.ts";
import { sha256 } from "../../../harness/observer/crypto/primitives.ts";
import type { Json, MadeFile, NegativeCase } from "./vector-file.ts";

const BLOCK_BYTES = 4_096;
const CANARY = ascii("udpsec-canary-7f3a9c51");

/** dsoftbus-transport's services.md#test-content, in integers of any size. */
function content(seed: number, length: number): Uint8Array {
  const base = join(
    ...Array.from({ length: BLOCK_BYTES / 4 }, (_, index) => littleEndian(mix(BigInt(seed), BigInt(index)), 4)),
  );
  const blocks = Array.from({ length: Math.ceil(length / BLOCK_BYTES) }, (_, number) => {
    const rotation = (61 * number) % BLOCK_BYTES;
    const block = join(base.subarray(rotation), base.subarray(0, rotation));
    block.set(CANARY, 0);
    block.set(u32(number), 28);
    return block;
  });
  return join(...blocks).subarray(0, length);
}

function mix(seed: bigint, index: bigint): bigint {
  const times = (left: bigint, right: bigint): bigint => (left * right) & 0xffffffffn;
  let word = times(index ^ seed, 0x9e3779b1n);
  word = times(word ^ (word >> 16n), 0x85ebca6bn);
  word = times(word ^ (word >> 13n), 0xc2b2ae35n);
  return word ^ (word >> 16n);
}

function contentDigest(bytes: Uint8Array): Uint8Array {
  let digest = zeros(32);
  for (let at = 0; at < bytes.length; at += 32_768) digest = sha256(join(digest, bytes.subarray(at, at + 32_768)));
  return digest;
}

const message = (bytes: Uint8Array): Uint8Array => join(u32(bytes.length), bytes);

export function servicesFile(): MadeFile {
  return {
    name: "services",
    about:
      "`content`: test content by seed, its SHA-256 and content digest. `exchange`: bytes of both directions of one stream, in turns; `from` is client (who opened it) or server. Negative: after these bytes of the client's the server resets the stream.",
    vectors: [...contents(), controlExchange(), bulkExchange(), gateExchange(), echoExchange()],
    negative: negativeServices(),
  };
}

function contents(): { name: string; [key: string]: Json }[] {
  const cases: readonly (readonly [number, number])[] = [
    [0, 0],
    [1, 1],
    [7, 4_096],
    [42, 4_097],
    [0xffffffff, 70_000],
    [1, 262_144],
  ];
  return cases.map(([seed, length]) => {
    const bytes = content(seed, length);
    return {
      name: `content of seed ${seed}, ${length} bytes`,
      kind: "content",
      seed,
      length,
      first_64: hex(bytes.subarray(0, 64)),
      sha256: hex(sha256(bytes)),
      content_digest: hex(contentDigest(bytes)),
    };
  });
}

const turn = (from: "client" | "server", bytes: Uint8Array): Json => ({ from, bytes: hex(bytes) });
const control = (index: number, digest: Uint8Array, payload: Uint8Array): Uint8Array =>
  join(u32(index), digest, payload);

function controlExchange(): { name: string; [key: string]: Json } {
  const turns: Json[] = [];
  let digest = zeros(32);
  for (const [at, text] of ["", "hello", "world"].entries()) {
    const request = control(at + 1, digest, ascii(text));
    const reply = control(at + 1, sha256(request), ascii(text));
    digest = sha256(reply);
    turns.push(turn("client", message(request)), turn("server", message(reply)));
  }
  return { name: "control: three requests", kind: "exchange", stream: "control", turns };
}

function bulkExchange(): { name: string; [key: string]: Json } {
  const length = 5_000;
  const sending = (seed: number): Uint8Array => {
    const bytes = content(seed, length);
    return join(message(join(u32(seed), u64(length))), bytes, message(contentDigest(bytes)));
  };
  const verdict = (seed: number): Uint8Array => message(join(u8(1), contentDigest(content(seed, length))));
  const turns = [
    turn("client", sending(42)),
    turn("server", join(verdict(42), sending(43))),
    turn("client", verdict(43)),
  ];
  return { name: "bulk: 5,000 bytes each way", kind: "exchange", stream: "bulk/42", turns };
}

/** The gate's side alone: what was written to `sink/k` and finished is the content of seed 9. */
function gateExchange(): { name: string; [key: string]: Json } {
  const total = join(u64(6_000), contentDigest(content(9, 6_000)));
  const turns = [turn("client", message(total)), turn("server", message(join(u8(1), total)))];
  return { name: "gate: 6,000 bytes of seed 9 in sink/k", kind: "exchange", stream: "gate/k", turns };
}

function echoExchange(): { name: string; [key: string]: Json } {
  const turns = [turn("client", ascii("hello")), turn("server", ascii("hello"))];
  return { name: "echo", kind: "exchange", stream: "echo", turns };
}

function negativeServices(): NegativeCase[] {
  const reset = (stream: string, name: string, requirement: string, bytes: Uint8Array): NegativeCase => ({
    name: `${stream}: ${name}`,
    requirement,
    stream,
    bytes: hex(bytes),
    verdict: { rst: 0 },
  });
  const first = control(1, zeros(32), ascii("x"));
  const second = control(2, zeros(32), ascii("x"));
  return [
    reset("control", "index 0", "V-7", message(control(0, zeros(32), zeros(0)))),
    reset("control", "index 2 first", "V-7", message(control(2, zeros(32), zeros(0)))),
    reset("control", "another digest than zeros first", "V-7", message(control(1, sha256(zeros(0)), zeros(0)))),
    reset("control", "the digest of no reply", "V-7", join(message(first), message(second))),
    reset("control", "shorter than its header", "V-7", message(zeros(35))),
    reset("control", "a payload of 16,385 bytes", "V-7", message(control(1, zeros(32), zeros(16_385)))),
    reset("control", "a message above 1 MiB", "V-5", u32(1_048_577)),
    reset("bulk", "an announcement of 11 bytes", "V-12", message(zeros(11))),
    reset("bulk", "more than 4 GiB", "V-12", message(join(u32(1), u64(2 ** 32 + 1)))),
    reset(
      "bulk",
      "another byte than the content's",
      "V-14",
      join(message(join(u32(1), u64(1))), flipped(content(1, 1), 0), message(contentDigest(content(1, 1)))),
    ),
    reset("bulk", "another digest", "V-14", join(message(join(u32(1), u64(1))), content(1, 1), message(zeros(32)))),
    reset("gate/nobody", "without a sink", "V-16", message(join(u64(0), zeros(32)))),
    reset("mirror", "count 0", "V-17", message(u32(0))),
    reset("mirror", "count 65", "V-17", message(u32(65))),
  ];
}
