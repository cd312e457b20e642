import { type CryptoPrimitives, nobleCrypto } from "../../core/index.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { findSodium } from "../../node/crypto/sodium.ts";
import { ToolUsageError } from "../developer-tool.ts";

export const CRYPTO_NAMES = ["native", "noble", "sodium"] as const;
export type CryptoName = (typeof CRYPTO_NAMES)[number];

export function isCryptoName(name: string): name is CryptoName {
  return CRYPTO_NAMES.some((known) => known === name);
}

/** @throws ToolUsageError where libsodium is asked for and isn't installed */
export function chosenCrypto(name: CryptoName): CryptoPrimitives {
  switch (name) {
    case "native":
      return nativeCrypto;
    case "noble":
      return nobleCrypto;
    case "sodium": {
      const sodium = findSodium();
      if (sodium === undefined) throw new ToolUsageError("--crypto sodium needs a package: npm install sodium-native");
      return sodium;
    }
  }
}
