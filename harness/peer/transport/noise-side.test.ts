import { expect, test } from "vitest";
import { join, zeros } from "../../observer/crypto/bytes.ts";
import { x25519Public } from "../../observer/crypto/primitives.ts";
import { XkInitiator, XkResponder } from "./noise-side.ts";

const secret = (filled: number): Uint8Array => new Uint8Array(32).fill(filled);
const responder = { staticSecret: secret(1), ephemeral: secret(2) };
const initiator = { staticSecret: secret(3), ephemeral: secret(4) };
const dial = (): XkInitiator => new XkInitiator(initiator, x25519Public(responder.staticSecret));
const text = Uint8Array.of(1, 2, 3);

// Requirement: H-2
test.each([
  ["a point of small order", join(zeros(32), zeros(48))],
  ["half a key", zeros(16)],
  ["nothing", zeros(0)],
])("%s in place of a message opens nothing and ends nobody", (_, message) => {
  expect(new XkResponder(responder).readFirst(message)).toBeUndefined();
  const dialling = dial();
  dialling.writeFirst(text);
  expect(dialling.readSecond(message)).toBeUndefined();
  const answering = new XkResponder(responder);
  answering.readFirst(dial().writeFirst(text));
  answering.writeSecond(text);
  expect(answering.readThird(message)).toBeUndefined();
});

test("a static key of small order, well sealed, is nobody's", () => {
  const [dialling, answering] = [dial(), new XkResponder(responder)];
  expect(answering.readFirst(dialling.writeFirst(text))).toEqual(text);
  expect(dialling.readSecond(answering.writeSecond(text))).toEqual(text);
  expect(answering.readThird(dialling.writeThird(text, zeros(32)))).toBeUndefined();
});
