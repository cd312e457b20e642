/** Dials that go on after their deadline, and answers that nothing asked for. */
import { expect, test } from "vitest";
import { STAGE } from "../../../scripts/vectors/maker/udp-stage.ts";
import { secretOf } from "../../../scripts/vectors/maker/secret-of.ts";
import { join, zeros } from "../crypto/bytes.ts";
import { retryFor } from "../wire/handshake-datagrams.ts";
import { sealedPacket } from "../wire/sealed-packet.ts";
import { TYPES } from "../wire/udp-header.ts";
import { ObservedRun, planned, secretsOf } from "./observed-run.fixture.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg2, msg3, mac1Key, noise } = handshake;
const COOKIE = secretOf("handshakes/cookie").subarray(0, 16);
const CLOSE_AUTH = join(zeros(16), Uint8Array.of(3, 0, 0));
const SESSION = { low: initiator.half, high: responder.half };
const both = () => secretsOf([initiator, responder]);
const pingOf = (key: Uint8Array) => sealedPacket(key, { typ: TYPES.PING, ...SESSION, pn: 1 }, zeros(16));

function send(...steps: readonly (readonly ["i" | "r", Uint8Array])[]): ObservedRun {
  const run = new ObservedRun(both(), planned(initiator.device, responder.device));
  for (const [who, bytes] of steps)
    if (who === "i") run.initiatorSends(bytes);
    else run.responderSends(bytes);
  return run;
}

// Requirements: H-35, H-37
test("who goes on after the deadline of its dial", () => {
  const deadline = "handshake-deadline initiator";
  // The dial has ten seconds, and this fixture's ends may be late by one.
  const repeated = new ObservedRun(both());
  for (const atMs of [0, 10_900, 11_001]) repeated.initiatorSends(msg1, { atMs });
  expect(repeated.rules).toEqual([deadline]);
  const dial = (thirdMs: number, answerMs: number): ObservedRun => {
    const run = new ObservedRun(both()).initiatorSends(msg1, { atMs: 0 }).responderSends(msg2, { atMs: 5 });
    run.initiatorSends(msg3, { atMs: thirdMs }).responderSends(pingOf(noise.responderKey), { atMs: answerMs });
    return run.initiatorSends(pingOf(noise.initiatorKey), { atMs: answerMs + 1 });
  };
  expect(dial(10_900, 10_950).rules).toEqual([]);
  expect(dial(11_001, 11_002).rules).toEqual([deadline]);
  expect(dial(10, 11_001).rules).toEqual([deadline]);
  const gaveUp = new ObservedRun(both()).initiatorSends(msg1, { atMs: 0 }).responderSends(msg2, { atMs: 5 });
  const timeout = sealedPacket(noise.initiatorKey, { typ: TYPES.CLOSE, ...SESSION, pn: 1 }, zeros(16));
  gaveUp.initiatorSends(msg3, { atMs: 10 }).responderSends(pingOf(noise.responderKey), { atMs: 12_000 });
  expect(gaveUp.initiatorSends(timeout, { atMs: 12_001 }).rules).toEqual([]);
});

// Requirements: H-22, H-24, H-46
test("more answers than questions", () => {
  const answers = "answers-provoked responder";
  expect(send(["i", msg1], ["r", msg2], ["r", msg2]).rules).toEqual([answers]);
  expect(send(["i", msg1], ["i", msg1], ["r", msg2], ["r", msg2]).rules).toEqual([]);
  const retry = retryFor(msg1, mac1Key, COOKIE, initiator.half);
  expect(send(["i", msg1], ["r", msg2], ["r", retry]).rules).toEqual([answers]);
  // Two copies of MSG1 left, one of which was lost.
  const lost = new ObservedRun(both()).initiatorSends(msg1, { places: ["sent"] }).initiatorSends(msg1);
  expect(lost.responderSends(msg2).responderSends(msg2).rules).toEqual([answers]);
  const refusal = sealedPacket(noise.responderKey, { typ: TYPES.CLOSE, ...SESSION, pn: 1 }, CLOSE_AUTH);
  const stranger = new ObservedRun(both(), planned(responder.device));
  stranger.initiatorSends(msg1).responderSends(msg2).initiatorSends(msg3).responderSends(refusal);
  expect(stranger.rules).toEqual([]);
  expect(stranger.responderSends(refusal).findings).toMatchObject([{ rule: "answers-provoked", requirement: "H-46" }]);
});
