/** Against vectors that another implementation made: the observer and the makers of the other vectors share this state. */
import { readFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { expect, test } from "vitest";
import { noiseXk } from "../../../scripts/vectors/maker/noise-xk.ts";
import { zeros } from "../crypto/bytes.ts";
import { NoiseSymmetric } from "./noise-symmetric.ts";

interface XkVector {
  readonly name: string;
  readonly init_prologue: string;
  readonly init_static: string;
  readonly init_ephemeral: string;
  readonly resp_static: string;
  readonly resp_ephemeral: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const file = joinPath(import.meta.dirname, "../../../fixtures/vectors/noise-xk.json");
const { vectors } = JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly XkVector[] };
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
  const payloads = vector.messages.slice(0, 3).map(({ payload }) => bytes(payload));
  const made = noiseXk(
    {
      prologue: Buffer.from(vector.init_prologue, "hex").toString("latin1"),
      initiatorStatic: bytes(vector.init_static),
      initiatorEphemeral: bytes(vector.init_ephemeral),
      responderStatic: bytes(vector.resp_static),
      responderEphemeral: bytes(vector.resp_ephemeral),
    },
    [payloads[0]!, payloads[1]!, payloads[2]!],
  );
  expect(made.messages.map((message) => Buffer.from(message).toString("hex"))).toEqual(
    vector.messages.slice(0, 3).map(({ ciphertext }) => ciphertext),
  );
  expect(Buffer.from(made.handshakeHash).toString("hex")).toBe(vector.handshake_hash);
});

test("a copy goes its own way; what doesn't open leaves its twin as it was", () => {
  const state = new NoiseSymmetric("x");
  state.mixKey(zeros(32));
  const [sealer, opener] = [state.copy(), state.copy()];
  const sealed = sealer.encryptAndHash(zeros(3));
  const wrong = sealed.slice();
  wrong[0] = (wrong[0] ?? 0) ^ 1;
  expect(opener.copy().decryptAndHash(wrong)).toBeUndefined();
  expect(opener.decryptAndHash(sealed)).toEqual(zeros(3));
  expect(opener.hash).toEqual(sealer.hash);
  expect(state.hash).not.toEqual(sealer.hash);
});
