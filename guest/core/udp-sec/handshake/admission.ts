/** Who may cost us a Diffie-Hellman (dsoftbus-transport.md#34-mac1-retry-cookies): buckets, cookies and RETRY, cheapest first. */
import type { Address } from "../../address.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import type { HandshakeRate } from "../../handshake-rate.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { HandshakeLimits } from "./handshake-limits.ts";
import { CookieJar } from "./cookie-jar.ts";
import { msg1Fields } from "./handshake-datagrams.ts";
import type { HalfOpenTable } from "./half-open-table.ts";
import type { Mac1 } from "./mac1.ts";

export type AdmissionDecision =
  | { readonly type: "admit" }
  | { readonly type: "retry"; readonly datagram: Uint8Array }
  | { readonly type: "drop"; readonly reason: DropReason };

export class Admission {
  readonly #limits: HandshakeLimits;
  readonly #mac1: Mac1;
  readonly #cookies: CookieJar;
  readonly #rate: HandshakeRate;

  constructor(crypto: CryptoPrimitives, random: RandomBytes, limits: HandshakeLimits, mac1: Mac1, rate: HandshakeRate) {
    this.#limits = limits;
    this.#mac1 = mac1;
    this.#cookies = new CookieJar(crypto, random);
    this.#rate = rate;
  }

  get bucketAddresses(): number {
    return this.#rate.sources;
  }

  /** @param msg1 with a valid mac1 and without an entry in the table */
  judge(
    msg1: Uint8Array,
    sessionLow: number,
    from: Address,
    source: string,
    halfOpen: HalfOpenTable,
    nowMs: number,
  ): AdmissionDecision {
    const { cookie, mac1 } = msg1Fields(msg1);
    if (this.#cookies.isValid(cookie, from, sessionLow, nowMs)) {
      const isWithinRate = this.#rate.takeProven(source, nowMs);
      return isWithinRate ? { type: "admit" } : { type: "drop", reason: "cookie-rate-limited" };
    }
    if (halfOpen.size >= this.#limits.halfOpenBeforeRetry || !this.#rate.takeUnproven(source, nowMs)) {
      const fresh = this.#cookies.bake(from, sessionLow, nowMs);
      return { type: "retry", datagram: this.#mac1.encodeRetry(sessionLow, fresh, mac1) };
    }
    // Only where RETRY begins at the table's end or later: without a cookie nobody is evicted.
    if (halfOpen.isFull) return { type: "drop", reason: "half-open-full" };
    return { type: "admit" };
  }
}
