/**
 * Handshakes that we answered and that are not finished (dsoftbus-transport.md#34-mac1-retry-cookies): 256 entries, 12 s
 * each, at most 16 per source. Which bytes may enter is decided elsewhere (`admission.ts`); here is who must leave.
 */
import type { Address } from "../../address.ts";
import type { HandshakeState } from "../../noise/handshake-state.ts";
import type { TransportParameters } from "./transport-parameters.ts";

export type HalfOpenState =
  | {
      readonly name: "awaiting-msg3";
      readonly noise: HandshakeState;
      /** Sent again, byte for byte, for a repeated MSG1. */
      readonly msg2: Uint8Array;
      readonly peerParameters: TransportParameters;
      readonly isMsg2Repeated: boolean;
    }
  | {
      /** MSG3 authenticated somebody whom we don't take: the sealed CLOSE is all that is left to say. */
      readonly name: "refused";
      readonly msg3: Uint8Array;
      readonly close: Uint8Array;
      readonly lastSentMs: number;
    };

export interface HalfOpenEntry {
  /** Address, port and MSG1: see `msg1Key`. */
  readonly key: string;
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  /** IPv4 address or IPv6 /64. */
  readonly source: string;
  readonly createdMs: number;
  state: HalfOpenState;
}

export interface HalfOpenLimits {
  readonly entries: number;
  readonly perSource: number;
  readonly lifetimeMs: number;
}

export class HalfOpenTable {
  readonly #limits: HalfOpenLimits;
  /** Oldest first: entries are inserted in the order of their creation. */
  readonly #byKey = new Map<string, HalfOpenEntry>();
  readonly #byHigh = new Map<number, HalfOpenEntry>();
  readonly #bySource = new Map<string, Set<HalfOpenEntry>>();

  constructor(limits: HalfOpenLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get isFull(): boolean {
    return this.size >= this.#limits.entries;
  }

  findByMsg1(key: string): HalfOpenEntry | undefined {
    return this.#byKey.get(key);
  }

  findBySession(sessionLow: number, sessionHigh: number): HalfOpenEntry | undefined {
    const entry = this.#byHigh.get(sessionHigh);
    return entry?.sessionLow === sessionLow ? entry : undefined;
  }

  isHighTaken(sessionHigh: number): boolean {
    return this.#byHigh.has(sessionHigh);
  }

  /** Adds an entry; a source that holds its share loses its oldest, a full table the oldest of the source that holds most. */
  insert(entry: HalfOpenEntry): void {
    const ofSource = this.#bySource.get(entry.source);
    if (ofSource !== undefined && ofSource.size >= this.#limits.perSource) this.#removeOldest(ofSource);
    else if (this.isFull) this.#removeOldest(this.#largestSource());
    this.#byKey.set(entry.key, entry);
    this.#byHigh.set(entry.sessionHigh, entry);
    const holders = this.#bySource.get(entry.source) ?? new Set();
    this.#bySource.set(entry.source, holders.add(entry));
  }

  /** Forgets an entry without wiping what it holds: the handshake goes on elsewhere. */
  release(entry: HalfOpenEntry): void {
    this.#byKey.delete(entry.key);
    this.#byHigh.delete(entry.sessionHigh);
    const holders = this.#bySource.get(entry.source);
    holders?.delete(entry);
    if (holders?.size === 0) this.#bySource.delete(entry.source);
  }

  /** Forgets an entry and its secrets. */
  remove(entry: HalfOpenEntry): void {
    this.release(entry);
    if (entry.state.name === "awaiting-msg3") entry.state.noise.wipe();
  }

  expire(nowMs: number): void {
    for (const entry of this.#byKey.values()) {
      if (nowMs < entry.createdMs + this.#limits.lifetimeMs) return;
      this.remove(entry);
    }
  }

  nextDeadlineMs(): number | undefined {
    for (const entry of this.#byKey.values()) return entry.createdMs + this.#limits.lifetimeMs;
    return undefined;
  }

  #removeOldest(holders: Iterable<HalfOpenEntry>): void {
    for (const entry of holders) {
      this.remove(entry);
      return;
    }
  }

  #largestSource(): Iterable<HalfOpenEntry> {
    let largest: ReadonlySet<HalfOpenEntry> = new Set();
    for (const holders of this.#bySource.values()) if (holders.size > largest.size) largest = holders;
    return largest;
  }
}
