/** All vectors of handshakes over UDP: what a passive observer makes of them when their sender really sends them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deviceOf } from "../../../scripts/vectors/maker/device.ts";
import { hex } from "../crypto/bytes.ts";
import { deviceOfSeed } from "../crypto/device.ts";
import { ObservedRun, planned, secretsOf } from "./observed-run.fixture.ts";

interface PartyVector {
  readonly seed: string;
  readonly ephemeral_secret: string;
  readonly session_half: number;
  readonly params: { readonly window: number; readonly idle_timeout_ms: number; readonly ack_delay_ms: number };
}

type MessageName = "msg1" | "msg2" | "msg3" | "retry" | "refused_msg3";

interface HandshakeVector extends Readonly<Record<"msg1" | "msg2" | "msg3" | "retry" | "msg1_with_cookie", string>> {
  readonly name: string;
  readonly initiator: PartyVector;
  readonly responder: PartyVector;
  readonly handshake_hash: string;
  readonly initiator_key: string;
  readonly responder_key: string;
}

interface NegativeVector {
  readonly name: string;
  readonly receiver: "initiator" | "responder";
  readonly after: readonly MessageName[];
  readonly datagram: string;
  readonly refused_msg3?: string;
}

const file = join(import.meta.dirname, "../../../fixtures/vectors/udp-handshake.json");
const { vectors, negative } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly HandshakeVector[];
  readonly negative: readonly NegativeVector[];
};
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));
const partyOf = ({ seed, ephemeral_secret }: PartyVector) => ({
  device: deviceOfSeed(bytes(seed)),
  ephemeral: bytes(ephemeral_secret),
});
const stage = vectors[0]!;

test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
  const [initiator, responder] = [partyOf(vector.initiator), partyOf(vector.responder)];
  const run = new ObservedRun(secretsOf([responder]), planned(initiator.device, responder.device));
  run
    .initiatorSends(bytes(vector.msg1))
    .responderSends(bytes(vector.retry))
    .initiatorSends(bytes(vector.msg1_with_cookie));
  run.responderSends(bytes(vector.msg2)).initiatorSends(bytes(vector.msg3));
  expect(run.findings).toEqual([]);
  const [opened] = run.opened;
  expect(opened).toMatchObject({ handshakeHash: vector.handshake_hash, refusal: undefined });
  expect([opened!.initiatorKey, opened!.responderKey].map(hex)).toEqual([vector.initiator_key, vector.responder_key]);
  const { params, session_half } = vector.responder;
  expect(opened!.sessionId?.high).toBe(session_half);
  expect(opened!.responder.params).toMatchObject({
    window: params.window,
    idleTimeoutMs: params.idle_timeout_ms,
    ackDelayMs: params.ack_delay_ms,
  });
});

/** What speaks about a datagram that its sender should not have sent; those that break no rule by being sent are below. */
const SPEAKS: Readonly<Record<string, string>> = {
  "MSG1: sealed payload flipped": "message-1-opens",
  "MSG1: prologue of tcp": "message-1-opens",
  "MSG1: a bit of mac1 flipped": "mac1",
  "MSG1: mac1 by another key": "mac1",
  "MSG1: low half 0": "handshake-halves",
  "MSG1: high half not 0": "handshake-halves",
  "MSG1: ephemeral key of zeros": "ephemeral-small-order",
  "MSG1: first byte of the padding set": "padding",
  "MSG1: last byte of the padding set": "padding",
  "MSG3: sealed static key flipped": "message-3-opens",
  "MSG3: sealed payload flipped": "message-3-opens",
  "MSG3: tag flipped": "message-3-opens",
  "MSG3: another half in params": "params",
  "MSG3: ack delay out of range": "params",
  "MSG3: another window than in MSG1": "params-kept",
  "MSG3: another idle timeout than in MSG1": "params-kept",
  "MSG3: a bit of the proof flipped": "proof",
  "MSG3: the responder's kind of proof": "proof",
  "MSG3: the proof of another device": "proof",
  "a good MSG3 after a refused one": "message-3-repeated",
  "a packet for a half-open entry": "packet-too-early",
  "MSG2: high half 0": "handshake-halves",
  "MSG2: ephemeral key flipped": "message-2-opens",
  "MSG2: sealed payload flipped": "message-2-opens",
  "MSG2: ephemeral key of zeros": "ephemeral-small-order",
  "MSG2: padding set": "padding",
  "MSG2: a bit of the proof flipped": "proof",
  "MSG2: the initiator's kind of proof": "proof",
  "MSG2: a good proof of another device": "device",
  "RETRY: high half not 0": "handshake-halves",
  "RETRY: a bit of the cookie flipped": "retry-tag",
  "RETRY: a bit of the tag flipped": "retry-tag",
  "RETRY: for another MSG1": "retry-tag",
  "MSG2: a second time": "answers-provoked",
  "RETRY: a second one at once": "answers-provoked",
  "RETRY: after MSG2": "answers-provoked",
};

/** Sent in good faith, or by nobody whom the observer knows: why nothing speaks. */
const SILENT: Readonly<Record<string, string>> = {
  "MSG3: a device that is not in the peer table": "a stranger may ask",
  "MSG3: a device of the table with another static key": "a stranger may ask",
  "MSG1 again after its MSG3 was refused": "a copy that was on its way",
  "a refused MSG3 again, less than 250 ms later": "a repeat",
  "MSG2: another low half": "answers a MSG1 that isn't there: unjudged",
  "MSG3: another low half": "follows messages that aren't there: unjudged",
  "MSG3: another high half": "follows messages that aren't there: unjudged",
  "RETRY: another low half": "answers a MSG1 that isn't there: unjudged",
  "MSG1: for another responder": "a dial to a device whose key is known, at another's address",
  "MSG1: 1201 bytes": "zeros: of no session",
  "MSG1: 25 bytes": "of no session yet",
  "MSG1: ver 2": "of no session yet",
  "MSG1: rsv 1": "of no session yet",
  "MSG1: typ 0": "of no session yet",
  "MSG1: typ 5": "of no session yet",
  "MSG1: typ 0x14": "of no session yet",
  "MSG1: flag FIN": "of no session yet",
  "MSG1: len one too small": "of no session yet",
  "MSG1: len one too large": "of no session yet",
  "MSG1: pn 1": "of no session yet",
  "MSG1: ack 1": "of no session yet",
  "MSG1: ack_bits 1": "of no session yet",
};

test.each(negative.map((vector) => [vector.name, vector] as const))("%s", (name, vector) => {
  const [initiator, responder] = [partyOf(stage.initiator), partyOf(stage.responder)];
  const strangers = [deviceOf("udp/stranger")].map((device) => ({ device, ephemeral: device.seed }));
  const run = new ObservedRun(
    secretsOf([initiator, responder, ...strangers]),
    planned(initiator.device, responder.device),
  );
  const isToResponder = vector.receiver === "responder";
  const send = (datagram: Uint8Array, byInitiator: boolean): unknown =>
    byInitiator ? run.initiatorSends(datagram) : run.responderSends(datagram);
  const before = { ...stage, refused_msg3: vector.refused_msg3 ?? "" };
  const order: MessageName[] = isToResponder
    ? vector.after.flatMap((message): MessageName[] => (message === "msg1" ? ["msg1", "msg2"] : [message]))
    : ["msg1", ...vector.after];
  for (const message of order) send(bytes(before[message]), message === "msg1" || message.endsWith("msg3"));
  const known = run.findings.length;
  send(bytes(vector.datagram), isToResponder);
  const spoke = run.findings.slice(known).map(({ rule }) => rule);
  const expected =
    SPEAKS[name] ?? (SILENT[name] !== undefined ? undefined : name.includes(" bytes") ? "handshake-size" : "params");
  if (expected === undefined) expect(spoke).toEqual([]);
  else expect(spoke).toContain(expected);
});
