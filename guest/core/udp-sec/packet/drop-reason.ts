/**
 * Why a datagram was dropped without an answer: every way of the whole transport, so that statistics can count by name.
 *
 * Order is the order of work (dsoftbus-transport.md#34-mac1-retry-cookies,
 * dsoftbus-transport.md#43-order-of-work-on-receipt): what stands higher is checked first and costs less.
 */
export const DROP_REASONS = [
  // Header (dsoftbus-transport.md#41-header)
  "oversize",
  "too-short",
  "bad-version",
  "bad-reserved",
  "unknown-type",
  "bad-flags",
  "bad-length",
  "bad-handshake-header",
  // Which connection?
  "unknown-session",
  "wrong-address",
  "half-open-session",
  // MSG1 at the responder (dsoftbus-transport.md#34-mac1-retry-cookies)
  "not-listening",
  "bad-size",
  "bad-mac1",
  "cookie-rate-limited",
  "half-open-full",
  "session-half-in-use",
  "repeat-throttled",
  "connections-full",
  // Handshake messages in general
  "unexpected-handshake",
  "bad-handshake",
  "bad-parameters",
  "peer-refused",
  // RETRY at the initiator
  "retry-throttled",
  "bad-retry-tag",
  // Packets of a connection (dsoftbus-transport.md#43-order-of-work-on-receipt)
  "bad-packet-number",
  "failed-open",
  "duplicate",
  "too-old",
  "reassembly-full",
  "closed",
] as const;

export type DropReason = (typeof DROP_REASONS)[number];

/** How many datagrams were dropped for each reason. */
export class DropCounters {
  readonly #counts = new Map<DropReason, number>();
  #total = 0;

  count(reason: DropReason): void {
    this.#counts.set(reason, this.of(reason) + 1);
    this.#total += 1;
  }

  of(reason: DropReason): number {
    return this.#counts.get(reason) ?? 0;
  }

  get total(): number {
    return this.#total;
  }

  /** @returns the reasons seen so far with their counts, in the order of work */
  snapshot(): Partial<Record<DropReason, number>> {
    const counts: Partial<Record<DropReason, number>> = {};
    for (const reason of DROP_REASONS) {
      const count = this.#counts.get(reason);
      if (count !== undefined) counts[reason] = count;
    }
    return counts;
  }
}
