import { describe, expect, test } from "vitest";
import { sealedPacket } from "../wire/sealed-packet.ts";
import { DEFAULT_PARAMS, type HandshakeChanges, udpHandshake } from "../../../scripts/vectors/maker/datagrams.ts";
import { deviceOf } from "../../../scripts/vectors/maker/device.ts";
import { secretOf } from "../../../scripts/vectors/maker/secret-of.ts";
import { STAGE } from "../../../scripts/vectors/maker/udp-stage.ts";
import { flipped, hex, join, littleEndian, patched, zeros } from "../crypto/bytes.ts";
import { deviceOfSeed, proofOf } from "../crypto/device.ts";
import { x25519Public } from "../crypto/primitives.ts";
import { NoiseSymmetric } from "../noise/noise-symmetric.ts";
import { msg1WithCookie, retryFor, withMac1 } from "../wire/handshake-datagrams.ts";
import { paramsOf } from "../wire/params.ts";
import { headerOf, TYPES } from "../wire/udp-header.ts";
import { ObservedRun, planned, secretsOf } from "./observed-run.fixture.ts";

const { initiator, responder, handshake } = STAGE;
const { msg1, msg2, msg3, mac1Key, noise } = handshake;
const COOKIE = secretOf("handshakes/cookie").subarray(0, 16);
const SESSION = { low: initiator.half, high: responder.half };
const PLAN = planned(initiator.device, responder.device);
const both = () => secretsOf([initiator, responder]);

const changed = (changes: HandshakeChanges) => udpHandshake(initiator, responder, changes);
const twin = (label: string, half: number) => ({ ...initiator, ephemeral: secretOf(label), half });
const pingOf = (key: Uint8Array, pn = 1) => sealedPacket(key, { typ: TYPES.PING, ...SESSION, pn }, zeros(16));
const whole = (run: ObservedRun): ObservedRun =>
  run.initiatorSends(msg1).responderSends(msg2).initiatorSends(msg3).responderSends(pingOf(noise.responderKey));

describe("who is told what", () => {
  test.each([
    ["the initiator's secrets and its peer's key", secretsOf([initiator], [responder.device])],
    ["the responder's secrets alone", secretsOf([responder])],
    ["both sides' secrets", both()],
  ])("%s suffice", (_, secrets) => {
    const run = whole(new ObservedRun(secrets, PLAN));
    expect(run.findings).toEqual([]);
    expect(run.opened).toMatchObject([
      {
        transport: "udp",
        initiator: { deviceId: initiator.device.deviceId, params: DEFAULT_PARAMS, tapped: true },
        responder: { deviceId: responder.device.deviceId, params: DEFAULT_PARAMS, tapped: true },
        sessionId: SESSION,
        handshakeHash: hex(noise.handshakeHash),
        refusal: undefined,
        frames: [
          { number: 1, message: "MSG1" },
          { number: 2, message: "MSG2" },
          { number: 3, message: "MSG3" },
        ],
      },
    ]);
    expect(hex(run.opened[0]!.initiatorKey)).toBe(hex(noise.initiatorKey));
    expect(run.packets).toEqual([
      { plaintext: zeros(16), sender: "responder" },
      { plaintext: zeros(16), sender: "responder" },
    ]);
  });

  test("one endpoint's capture suffices", () => {
    const run = new ObservedRun(secretsOf([responder]));
    run.initiatorSends(msg1, { places: ["delivered"] }).responderSends(msg2, { places: ["sent"] });
    run
      .initiatorSends(msg3, { places: ["delivered"] })
      .responderSends(pingOf(noise.responderKey), { places: ["sent"] });
    expect(run.findings).toEqual([]);
    expect(run.opened).toMatchObject([{ initiator: { tapped: false }, responder: { tapped: true } }]);
  });

  test("too little is no handshake, and told", () => {
    const noEphemeral = whole(new ObservedRun(secretsOf([{ ...responder, ephemeral: secretOf("another") }])));
    expect(noEphemeral.opened).toEqual([]);
    expect(noEphemeral.unjudged[0]).toMatch(/2: MSG2 whose secrets are not known/);
    const nothing = whole(new ObservedRun(secretsOf([])));
    expect(nothing.unjudged[0]).toMatch(/1: MSG1 for a responder that is not known/);
    expect([noEphemeral.findings, nothing.findings]).toEqual([[], []]);
  });
});

describe("what honest ends do", () => {
  test("copies of every message, a RETRY and its cookie", () => {
    const run = new ObservedRun(both(), PLAN);
    const withCookie = msg1WithCookie(msg1, COOKIE);
    run.initiatorSends(msg1, { atMs: 0 }).responderSends(retryFor(msg1, mac1Key, COOKIE, initiator.half), { atMs: 5 });
    run.initiatorSends(withCookie, { atMs: 6 }).initiatorSends(withCookie, { atMs: 256 });
    run.responderSends(msg2, { atMs: 260 }).responderSends(msg2, { atMs: 261 });
    run.initiatorSends(msg3, { atMs: 262 }).initiatorSends(msg3, { atMs: 512 });
    run
      .responderSends(pingOf(noise.responderKey), { atMs: 515 })
      .initiatorSends(pingOf(noise.initiatorKey), { atMs: 516 });
    expect(run.findings).toEqual([]);
    expect(run.opened).toHaveLength(1);
    expect(run.opened[0]!.frames.map(({ message }) => message)).toEqual(["MSG1", "RETRY", "MSG2", "MSG3"]);
  });

  test("a late duplicate of MSG1 gets a second MSG2, which nobody answers", () => {
    const second = udpHandshake(initiator, { ...responder, ephemeral: secretOf("late"), half: 77 });
    const secrets = secretsOf([initiator, responder, { ...responder, ephemeral: secretOf("late") }]);
    const run = whole(new ObservedRun(secrets, PLAN));
    run.initiatorSends(msg1, { places: ["delivered"], atMs: 13_000 }).responderSends(second.msg2, { atMs: 13_001 });
    expect(run.findings).toEqual([]);
    expect(run.opened).toHaveLength(1);
  });

  test("crossing dials of the same two sockets are two handshakes", () => {
    const back = udpHandshake(
      { ...responder, ephemeral: secretOf("back i"), half: 5 },
      { ...initiator, ephemeral: secretOf("back r"), half: 6 },
    );
    const secrets = secretsOf([initiator, responder, { ...responder, ephemeral: secretOf("back i") }]);
    const run = new ObservedRun(secrets, PLAN);
    run.initiatorSends(msg1).responderSends(back.msg1).responderSends(msg2).initiatorSends(back.msg2);
    run.responderSends(back.msg3).initiatorSends(msg3);
    const reversePing = sealedPacket(back.noise.responderKey, { typ: TYPES.PING, low: 5, high: 6, pn: 1 }, zeros(16));
    run.initiatorSends(reversePing).responderSends(pingOf(noise.responderKey));
    expect(run.findings).toEqual([]);
    expect(run.opened.map(({ sessionId }) => sessionId)).toEqual([{ low: 5, high: 6 }, SESSION]);
    expect(run.packets.every(({ plaintext }) => plaintext !== undefined)).toBe(true);
  });

  test("behind an address translation each end's tap sees another socket", () => {
    const run = new ObservedRun(both(), PLAN);
    const [leaves, comes] = [{ places: ["sent"] as const }, { places: ["delivered"] as const }];
    const outside = "192.0.2.9:6000";
    run.initiatorSends(msg1, leaves).initiatorSends(msg1, { ...comes, from: outside });
    run.responderSends(msg2, { ...leaves, to: outside }).responderSends(msg2, comes);
    run.initiatorSends(msg3, leaves).initiatorSends(msg3, { ...comes, from: outside });
    expect([run.findings, run.unjudged]).toEqual([[], []]);
    expect(run.opened.map(({ initiator: end }) => end.socket)).toEqual(["10.77.0.1:40001", outside]);
  });

  test("what only arrives, damaged or made up, is nobody's doing", () => {
    const run = new ObservedRun(both(), PLAN);
    const arrives = { places: ["delivered"] as const };
    run.initiatorSends(flipped(msg1, 300), arrives).initiatorSends(flipped(msg1, 1170), arrives);
    run.initiatorSends(msg1).responderSends(flipped(msg2, 500), arrives).responderSends(msg2);
    run.initiatorSends(flipped(msg3, 60), arrives).initiatorSends(msg3).initiatorSends(zeros(1200), arrives);
    run.responderSends(flipped(pingOf(noise.responderKey), -1), arrives);
    run
      .initiatorSends(patched(msg3, 4, zeros(4).fill(9)), arrives)
      .responderSends(patched(msg2, 4, zeros(4).fill(9)), arrives);
    expect([run.findings, run.unjudged]).toEqual([[], []]);
    expect(run.opened).toHaveLength(1);
  });
});

describe("refusals", () => {
  const stranger = deviceOf("handshakes/stranger");
  const strange = udpHandshake({ ...initiator, device: stranger }, responder);
  const secrets = () => secretsOf([{ ...initiator, device: stranger }, responder]);
  const closeOf = (body: Uint8Array, more = {}) =>
    sealedPacket(strange.noise.responderKey, { typ: TYPES.CLOSE, ...SESSION, pn: 1, ...more }, join(zeros(16), body));
  const start = () =>
    new ObservedRun(secrets(), PLAN)
      .initiatorSends(strange.msg1)
      .responderSends(strange.msg2)
      .initiatorSends(strange.msg3);

  test("a stranger breaks no rule, nor does the CLOSE that it gets; nothing of it is a session", () => {
    const run = start().responderSends(closeOf(Uint8Array.of(3, 0, 0)));
    expect(run.opened).toMatchObject([{ refusal: "device" }]);
    expect([run.findings, run.packets]).toEqual([[], []]);
  });

  // Requirement: H-46
  test.each([
    ["with another code", closeOf(Uint8Array.of(7, 0, 0))],
    ["with a reason", closeOf(Uint8Array.of(3, 0, 1, 65))],
    ["with an ack", closeOf(Uint8Array.of(3, 0, 0), { ack: 1 })],
    ["under another pn", closeOf(Uint8Array.of(3, 0, 0), { pn: 2 })],
    ["which is a PING", pingOf(strange.noise.responderKey)],
  ])("an answer to a stranger %s is found", (_, answer) => {
    expect(start().responderSends(answer).rules).toContain("refused-message-3 responder");
  });

  // Requirements: H-13, H-46
  test("any answer to a MSG3 with other params is found", () => {
    const other = changed({ params3: { ...DEFAULT_PARAMS, window: 262_143 } });
    const run = new ObservedRun(both(), PLAN).initiatorSends(msg1).responderSends(msg2).initiatorSends(other.msg3);
    expect(run.rules).toContain("params-kept initiator");
    run.responderSends(pingOf(other.noise.responderKey));
    expect(run.rules).toContain("refused-message-3 responder");
  });
});

describe("lies", () => {
  const send = (...steps: readonly (readonly ["i" | "r", Uint8Array])[]): ObservedRun => {
    const run = new ObservedRun(both(), PLAN);
    for (const [who, bytes] of steps)
      if (who === "i") run.initiatorSends(bytes);
      else run.responderSends(bytes);
    return run;
  };

  // Requirement: H-1
  test("ee, then se, replaced by zeros: what was sealed so doesn't open", () => {
    const zeroEe = withZeros("ee");
    expect(send(["i", msg1], ["r", zeroEe.msg2]).rules).toContain("message-2-opens responder");
    const zeroSe = withZeros("se");
    expect(send(["i", msg1], ["r", zeroSe.msg2], ["i", zeroSe.msg3]).rules).toContain("message-3-opens initiator");
  });

  // Requirement: H-1
  test("es replaced by zeros: its mac1 names a device that can't open it", () => {
    expect(send(["i", withZeros("es").msg1]).rules).toContain("message-1-opens initiator");
  });

  // Requirement: I-10
  test("a static key that isn't the device's", () => {
    const other = deviceOf("handshakes/other");
    const mixed = changed({
      proof3: proofOf(initiator.device, "client", other.staticPublicKey),
      initiatorStatic: other.staticSecret,
    });
    const run = send(["i", msg1], ["r", msg2], ["i", mixed.msg3]);
    expect(run.opened).toMatchObject([{ refusal: "device" }]);
    const liar = { ...responder, device: { ...responder.device, ...pick(deviceOfSeed(secretOf("x"))) } };
    const wrong = udpHandshake(initiator, responder, {
      proof2: proofOf(liar.device, "server", responder.device.staticPublicKey),
    });
    expect(send(["i", msg1], ["r", wrong.msg2]).rules).toContain("device responder");
  });

  // Requirements: H-45, H-46, I-5
  test("a proof that proves nothing, and whoever goes on all the same", () => {
    const bad2 = changed({ proof2: flipped(proofOf(responder.device, "server"), 50) });
    expect(send(["i", msg1], ["r", bad2.msg2]).rules).toEqual(["proof responder"]);
    expect(send(["i", msg1], ["r", bad2.msg2], ["i", bad2.msg3]).rules).toContain("refused-message-2 initiator");
    const bad3 = changed({ proof3: proofOf(initiator.device, "server") });
    const run = send(["i", msg1], ["r", msg2], ["i", bad3.msg3], ["r", pingOf(bad3.noise.responderKey)]);
    expect(run.rules).toEqual(expect.arrayContaining(["proof initiator", "refused-message-3 responder"]));
  });

  // Requirements: H-2, H-8, H-14, H-19
  test.each([
    ["params", changed({ params1: { ...DEFAULT_PARAMS, window: 1 } }).msg1],
    ["padding", changed({ padding1: flipped(zeros(1079), -1) }).msg1],
    ["mac1", flipped(msg1, 1170)],
    ["handshake-size", msg1.subarray(0, 1199)],
    ["ephemeral-small-order", patched(msg1, 26, zeros(32))],
    ["ephemeral-small-order", patched(msg1, 26, littleEndian(2n ** 255n - 19n, 32))],
  ])("MSG1: %s", (rule, datagram) => {
    const sized = datagram.length === 1200 ? datagram : patched(datagram, 24, Uint8Array.of(0x95, 0x04));
    expect(send(["i", sized]).rules).toContain(`${rule} initiator`);
  });

  // Requirement: H-43
  test("MSG2 for a MSG1 that is to be dropped", () => {
    const bad = changed({ params1: { ...DEFAULT_PARAMS, ackDelayMs: 0 } });
    expect(send(["i", bad.msg1], ["r", bad.msg2]).rules).toContain("refused-message-1 responder");
  });

  // Requirement: H-2
  test("a key in an encoding that X25519 doesn't write", () => {
    const odd = udpHandshakeWithTopBit();
    expect(send(["i", odd]).rules).toEqual(["ephemeral-canonical initiator"]);
  });

  // Requirements: H-25, H-26, H-27
  test("a cookie that nobody gave, one that is not echoed, an older one, a tag that is not right", () => {
    const retry = retryFor(msg1, mac1Key, COOKIE, initiator.half);
    expect(send(["i", msg1WithCookie(msg1, COOKIE)]).rules).toEqual(["cookie-received initiator"]);
    const stubborn = new ObservedRun(both()).initiatorSends(msg1, { atMs: 0 }).responderSends(retry, { atMs: 1 });
    stubborn.initiatorSends(msg1, { atMs: 300 });
    expect(stubborn.rules).toEqual([]);
    expect(stubborn.initiatorSends(msg1, { atMs: 600 }).rules).toEqual(["cookie-latest initiator"]);
    const run = new ObservedRun(both()).initiatorSends(msg1, { atMs: 0 }).responderSends(retry, { atMs: 1 });
    run.initiatorSends(msg1WithCookie(msg1, COOKIE), { atMs: 2 }).initiatorSends(msg1, { atMs: 252 });
    expect(run.rules).toEqual(["cookie-latest initiator"]);
    expect(send(["i", msg1], ["r", flipped(retry, -1)]).rules).toEqual(["retry-tag responder"]);
    expect(send(["i", msg1], ["r", retryFor(msg1, mac1Key, zeros(16), initiator.half)]).rules).toEqual([
      "retry-cookie responder",
    ]);
  });

  // Requirement: H-56
  test("the same ephemeral key in a second dial, of either side, and over again by its owner", () => {
    const again = udpHandshake({ ...initiator, half: 9 }, { ...responder, ephemeral: secretOf("fresh") });
    expect(send(["i", msg1], ["i", again.msg1]).rules).toEqual(["ephemeral-fresh initiator"]);
    const other = udpHandshake(twin("fresh i", 9), { ...responder, half: 10 });
    const secrets = secretsOf([initiator, responder, twin("fresh i", 9)]);
    const run = whole(new ObservedRun(secrets)).initiatorSends(other.msg1).responderSends(other.msg2);
    expect(run.rules).toEqual(["ephemeral-fresh responder"]);
    const replayed = new ObservedRun(both()).initiatorSends(msg1).initiatorSends(msg1, { from: "10.77.0.1:40002" });
    expect(replayed.rules).toEqual(["ephemeral-fresh initiator"]);
    const byAnother = new ObservedRun(both()).initiatorSends(msg1).initiatorSends(msg1, { from: "10.77.0.9:1" });
    expect(byAnother.rules).toEqual([]);
  });

  test("a MSG3 that comes back from where it went is no copy of the initiator's", () => {
    const run = send(["i", msg1], ["r", msg2], ["i", msg3], ["r", msg3]);
    expect(run.unjudged).toEqual(["4: MSG3 without the messages before it"]);
  });

  // Requirement: H-15
  test("a half that was given before", () => {
    const other = udpHandshake(twin("half", initiator.half), responder);
    const run = new ObservedRun(secretsOf([initiator, responder, twin("half", 1)])).initiatorSends(msg1);
    expect(run.initiatorSends(other.msg1).rules).toEqual(["half-unique initiator"]);
  });

  // Requirement: H-36
  test("packets before their time", () => {
    const run = send(["i", msg1], ["r", msg2], ["r", pingOf(noise.responderKey)]);
    expect(run.rules).toEqual(["packet-too-early responder"]);
    const eager = send(["i", msg1], ["r", msg2], ["i", msg3], ["i", pingOf(noise.initiatorKey)]);
    expect(eager.rules).toEqual(["packet-too-early initiator"]);
    const giveUp = sealedPacket(noise.initiatorKey, { typ: TYPES.CLOSE, ...SESSION, pn: 1 }, zeros(16));
    expect(send(["i", msg1], ["r", msg2], ["i", msg3], ["i", giveUp]).rules).toEqual([]);
  });

  // Requirements: H-35, H-36
  test("repeats that come too soon, and a MSG3 of other bytes", () => {
    const run = new ObservedRun(both());
    for (const atMs of [0, 10, 20]) run.initiatorSends(msg1, { atMs });
    expect(run.rules).toEqual(["repeats-spaced initiator"]);
    const patient = new ObservedRun(both());
    for (const atMs of [0, 250, 500, 1_000, 1_500, 2_500, 3_500]) patient.initiatorSends(msg1, { atMs });
    expect(patient.rules).toEqual([]);
    const other = changed({ params3: { ...DEFAULT_PARAMS, ackDelayMs: 26 } }).msg3;
    expect(send(["i", msg1], ["r", msg2], ["i", msg3], ["i", other]).rules).toEqual(["message-3-repeated initiator"]);
  });

  // Requirement: RX-2
  test("a datagram between the two sockets that isn't of udp-sec", () => {
    const run = send(["i", msg1], ["r", msg2], ["i", msg3], ["r", Buffer.from("in clear")]);
    expect(run.findings).toMatchObject([{ rule: "datagram-form", end: "responder", requirement: "RX-2" }]);
    expect(new ObservedRun(both()).initiatorSends(Buffer.from("dns")).findings).toEqual([]);
  });

  test("with a plan, a dial that opens for none of its devices", () => {
    const nobody = deviceOf("handshakes/nobody");
    const astray = udpHandshake(initiator, { ...responder, device: nobody });
    expect(send(["i", astray.msg1]).rules).toEqual(["message-1-opens initiator"]);
  });
});

/** The handshake of the stage with one Diffie-Hellman replaced: what a liar would do at both ends alike. */
function withZeros(which: "es" | "ee" | "se"): { msg1: Uint8Array; msg2: Uint8Array; msg3: Uint8Array } {
  const state = new NoiseSymmetric("dsoftbus udp-sec v1");
  const [ei, er] = [x25519Public(initiator.ephemeral), x25519Public(responder.ephemeral)];
  const mix = (name: string, honest: Uint8Array): void => state.mixKey(name === which ? zeros(32) : honest);
  const shared = (one: Uint8Array, other: Uint8Array): Uint8Array => {
    const result = both().shared(one, other);
    if (result.kind !== "known") throw new RangeError("not told");
    return result.secret;
  };
  const rs = responder.device.staticPublicKey;
  state.mixHash(rs);
  state.mixHash(ei);
  mix("es", shared(ei, rs));
  const first = join(ei, state.encryptAndHash(join(paramsOf(initiator.half, DEFAULT_PARAMS), zeros(1079))));
  state.mixHash(er);
  mix("ee", shared(ei, er));
  const proof = proofOf(responder.device, "server");
  const second = join(er, state.encryptAndHash(join(paramsOf(responder.half, DEFAULT_PARAMS), proof, zeros(1015))));
  const sealedStatic = state.encryptAndHash(initiator.device.staticPublicKey);
  mix("se", shared(initiator.device.staticPublicKey, er));
  const payload3 = join(paramsOf(initiator.half, DEFAULT_PARAMS), proofOf(initiator.device, "client"));
  const third = join(sealedStatic, state.encryptAndHash(payload3));
  return {
    msg1: withMac1(mac1Key, join(headerOf({ typ: TYPES.MSG1, low: initiator.half, high: 0 }, 1174), first)),
    msg2: join(headerOf({ typ: TYPES.MSG2, ...SESSION }, second.length), second),
    msg3: join(headerOf({ typ: TYPES.MSG3, ...SESSION }, third.length), third),
  };
}

/** MSG1 whose ephemeral key has the top bit set, which X25519 passes over; the hash takes it as it stands. */
function udpHandshakeWithTopBit(): Uint8Array {
  const state = new NoiseSymmetric("dsoftbus udp-sec v1");
  const odd = x25519Public(initiator.ephemeral);
  odd[31] = (odd[31] ?? 0) | 0x80;
  const result = both().shared(x25519Public(initiator.ephemeral), responder.device.staticPublicKey);
  if (result.kind !== "known") throw new RangeError("not told");
  state.mixHash(responder.device.staticPublicKey);
  state.mixHash(odd);
  state.mixKey(result.secret);
  const first = join(odd, state.encryptAndHash(join(paramsOf(initiator.half, DEFAULT_PARAMS), zeros(1079))));
  return withMac1(mac1Key, join(headerOf({ typ: TYPES.MSG1, low: initiator.half, high: 0 }, 1174), first));
}

/** The signing half of another device. */
function pick({ seed, publicKey, deviceId }: ReturnType<typeof deviceOfSeed>) {
  return { seed, publicKey, deviceId };
}
