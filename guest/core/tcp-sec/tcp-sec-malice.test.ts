/** A peer that is who it claims to be and breaks the rules: the most it gets is the end of its own connection. */
import { describe, expect, test } from "vitest";
import { concatBytes } from "../bytes/concat.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import { HandshakeState } from "../noise/handshake-state.ts";
import { CLIENT, crypto, pattern, SERVER, testRandom } from "./connection-pair.fixture.ts";
import { TcpHandshake } from "./handshake.ts";
import { encodeRecord } from "./record.ts";
import type { TcpRecord } from "./record.ts";
import { TcpSecConnection } from "./tcp-sec-connection.ts";

const withLength = (message: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(message.length & 0xff, message.length >> 8), message);
const seal = (cipher: CipherState, plaintext: Uint8Array): Uint8Array =>
  withLength(cipher.encryptWithAd(new Uint8Array(0), plaintext));
const message = (bytes: Uint8Array | undefined): Uint8Array => bytes!.subarray(2);

/** An honest responder, and the sending cipher of the initiator that the test plays. */
function dialled(identity = CLIENT): { b: TcpSecConnection; send: CipherState } {
  const common = { crypto, random: testRandom, nowMs: 0 };
  const b = TcpSecConnection.responder({ ...common, identity: SERVER, accept: { authorise: () => true } });
  const forged = new TcpHandshake({ role: "initiator", peer: SERVER }, { crypto, random: testRandom, identity });
  b.receiveBytes(withLength(forged.start()), 0);
  const step = forged.receive(message(b.takeOutput(999, 0)), 0);
  if (step.kind !== "done") throw new Error(step.kind);
  b.receiveBytes(withLength(step.message!), 0);
  return { b, send: forged.split(undefined).send };
}

/** An honest initiator that waits for ACCEPT, and the sending cipher of the responder that the test plays. */
function dialling(): { a: TcpSecConnection; send: CipherState } {
  const a = TcpSecConnection.initiator({ crypto, random: testRandom, nowMs: 0, identity: CLIENT, peer: SERVER });
  const accept = { authorise: () => true };
  const forged = new TcpHandshake({ role: "responder", accept }, { crypto, random: testRandom, identity: SERVER });
  const step = forged.receive(message(a.takeOutput(999, 0)), 0);
  if (step.kind !== "reply") throw new Error(step.kind);
  a.receiveBytes(withLength(step.message), 0);
  forged.receive(message(a.takeOutput(999, 0)), 0);
  return { a, send: forged.split(undefined).send };
}

const data: TcpRecord = { kind: "data", bytes: pattern(3) };

// Requirement: T-1
test.each([
  ["dsoftbus tcp v1", undefined],
  ["dsoftbus udp-sec v1", "AUTH"],
])("a transcript of prologue %j: %s", (prologue, expected) => {
  const b = TcpSecConnection.responder({
    crypto,
    random: testRandom,
    nowMs: 0,
    identity: SERVER,
    accept: { authorise: () => true },
  });
  const noise = new HandshakeState({
    role: "initiator",
    crypto,
    prologue: encodeUtf8(prologue),
    staticKey: CLIENT.staticKey,
    ephemeralSecret: testRandom(32),
    remoteStaticPublicKey: SERVER.staticPublicKey,
  });
  b.receiveBytes(withLength(noise.writeMessage(new Uint8Array(0))), 0);
  expect(b.end?.name).toBe(expected);
});

describe("records of an authenticated peer", () => {
  // Requirements: T-9, T-10, RX-96, RX-100, RX-101
  test.each<[string, readonly TcpRecord[], string | undefined]>([
    ["DATA", [data], undefined],
    ["DATA, FIN", [data, { kind: "fin" }], undefined],
    ["ACCEPT from the initiator", [{ kind: "accept" }], "PROTOCOL"],
    ["DATA after FIN", [{ kind: "fin" }, data], "PROTOCOL"],
    ["FIN twice", [{ kind: "fin" }, { kind: "fin" }], "PROTOCOL"],
    ["CLOSE after FIN", [{ kind: "fin" }, { kind: "close", code: 0, reason: "" }], "NO_ERROR"],
  ])("to the responder: %s: %s", (_what, records, expected) => {
    const { b, send } = dialled();
    for (const record of records) b.receiveBytes(seal(send, encodeRecord(record)), 0);
    expect(b.end?.name).toBe(expected);
  });

  // Requirements: T-9, RX-98, RX-99, RX-100
  test.each<[string, readonly TcpRecord[], string | undefined, boolean]>([
    ["ACCEPT", [{ kind: "accept" }], undefined, true],
    ["ACCEPT twice", [{ kind: "accept" }, { kind: "accept" }], "PROTOCOL", false],
    ["DATA before ACCEPT", [data], "PROTOCOL", false],
    ["FIN before ACCEPT", [{ kind: "fin" }], "PROTOCOL", false],
    ["CLOSE instead of ACCEPT", [{ kind: "close", code: 7, reason: "" }], "BUSY", false],
  ])("to the initiator: %s: %s", (_what, records, expected, isEstablished) => {
    const { a, send } = dialling();
    for (const record of records) a.receiveBytes(seal(send, encodeRecord(record)), 0);
    expect([a.end?.name, a.isEstablished]).toEqual([expected, isEstablished]);
  });

  // Requirement: RX-96
  test("an unknown kind", () => {
    const { b, send } = dialled();
    b.receiveBytes(seal(send, Uint8Array.of(4)), 0);
    expect(b.end).toMatchObject({ name: "PROTOCOL", reason: "a malformed record" });
  });

  // Requirements: T-11, RX-93
  test("a proof for the other side is none", () => {
    const swapped = Object.assign(Object.create(CLIENT) as typeof CLIENT, { proof: () => CLIENT.proof("server") });
    expect(dialled(swapped).b.end).toMatchObject({ name: "AUTH", code: 3, reason: "the proof is not valid" });
  });
});
