import type { CryptoPrimitives } from "../core/crypto/primitives.ts";
import { nativeCrypto } from "../node/crypto/native.ts";

/** What seals and opens in the processes of this bundle. */
export const agentCrypto: CryptoPrimitives = nativeCrypto;
