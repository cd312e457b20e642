import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hex } from "./bytes.ts";
import { deviceOfSeed, proofOf } from "./device.ts";
import { readProof } from "./proof.ts";

interface Identity {
  readonly name: string;
  readonly seed: string;
  readonly public_key: string;
  readonly device_id: string;
  readonly static_secret: string;
  readonly static_public_key: string;
  readonly server_proof: string;
  readonly client_proof: string;
}

interface Refused {
  readonly name: string;
  readonly side: "server" | "client";
  readonly static_public_key: string;
  readonly proof: string;
}

const file = join(import.meta.dirname, "../../../fixtures/vectors/identity.json");
const { vectors, negative } = JSON.parse(readFileSync(file, "utf8")) as {
  readonly vectors: readonly Identity[];
  readonly negative: readonly Refused[];
};
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

test.each(vectors.map((vector) => [vector.name, vector] as const))(
  "%s: what follows from its seed, and its proofs",
  (_, vector) => {
    const device = deviceOfSeed(bytes(vector.seed));
    expect({
      public_key: hex(device.publicKey),
      device_id: device.deviceId,
      static_secret: hex(device.staticSecret),
      static_public_key: hex(device.staticPublicKey),
      server_proof: hex(proofOf(device, "server")),
      client_proof: hex(proofOf(device, "client")),
    }).toEqual(Object.fromEntries(Object.entries(vector).filter(([key]) => key !== "name" && key !== "seed")));
    for (const side of ["server", "client"] as const) {
      expect(readProof(side, device.staticPublicKey, bytes(vector[`${side}_proof`]))).toEqual({
        deviceId: vector.device_id,
      });
    }
  },
);

test.each(negative.map((vector) => [vector.name, vector] as const))(
  "refused: %s",
  (_, { side, static_public_key, proof }) => {
    expect(readProof(side, bytes(static_public_key), bytes(proof)).problem).toMatch(/./);
  },
);
