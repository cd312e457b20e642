import type { CryptoPrimitives } from "../core/index.ts";
import { nativeCrypto } from "../node/crypto/native.ts";
import { findSodium } from "../node/crypto/sodium.ts";

/** What seals and opens in the processes of this bundle. */
export const agentCrypto: CryptoPrimitives = findSodium() ?? nativeCrypto;
