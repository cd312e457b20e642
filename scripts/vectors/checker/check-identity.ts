import { DeviceIdentity, toHex } from "../../../guest/core/index.ts";
import { verifyProof } from "../../../guest/core/identity/proof.ts";
import { bytesField, textField } from "./json-fields.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

export const checkIdentity: FileChecks = {
  encode: (vector, crypto) => {
    const identity = new DeviceIdentity(crypto, bytesField(vector, "seed"));
    const made = {
      public_key: toHex(identity.publicKey),
      device_id: identity.deviceId,
      static_secret: toHex(identity.staticSecret),
      static_public_key: toHex(identity.staticPublicKey),
      server_proof: toHex(identity.proof("server")),
      client_proof: toHex(identity.proof("client")),
    };
    return Object.entries(made)
      .map(([key, value]) => differenceOf(key, value, vector[key]))
      .find((difference) => difference !== undefined);
  },
  decode: (vector, crypto) => {
    for (const side of ["server", "client"] as const) {
      const proof = bytesField(vector, `${side}_proof`);
      const proven = verifyProof(crypto, side, proof, bytesField(vector, "static_public_key"));
      const difference = differenceOf(`device of ${side}_proof`, proven?.deviceId, textField(vector, "device_id"));
      if (difference !== undefined) return difference;
    }
    return undefined;
  },
  refuse: (vector, crypto) => {
    const side = textField(vector, "side") === "client" ? "client" : "server";
    const proven = verifyProof(crypto, side, bytesField(vector, "proof"), bytesField(vector, "static_public_key"));
    return differenceOf("who is proven", toHexText(proven?.publicKey), undefined);
  },
};
