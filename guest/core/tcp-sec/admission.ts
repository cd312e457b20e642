/** Who may be in the handshake over TCP at a time (dsoftbus-transport.md#10-tcp-transport). */
export interface AdmissionLimits {
  /** Connections that have not proved who they are. Default 64; 1 or more. A newcomer to a full table evicts. */
  readonly unauthenticated: number;
  /** Of those, how many one source (IPv4 address, IPv6 /64) may hold. Default 8; 1 or more. Peers behind one NAT share it. */
  readonly perSource: number;
}

export const DEFAULT_ADMISSION_LIMITS: AdmissionLimits = { unauthenticated: 64, perSource: 8 };

/**
 * A newcomer evicts as in the half-open table of udp-sec (dsoftbus-transport.md#34-mac1-retry-cookies): its source's oldest
 * if that holds its share, else the oldest of the source that holds most.
 */
export class AdmissionTable<Connection> {
  readonly #limits: AdmissionLimits;
  /** Oldest first in each source; sources in the order of their first connection. */
  readonly #bySource = new Map<string, Set<Connection>>();
  readonly #sourceOf = new Map<Connection, string>();

  constructor(limits: AdmissionLimits = DEFAULT_ADMISSION_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#sourceOf.size;
  }

  get sources(): number {
    return this.#bySource.size;
  }

  /**
   * A connection arrived.
   *
   * @param source its address without port: IPv4, or the /64 of IPv6
   * @returns the connection that has to be dropped for it, if any
   */
  admit(connection: Connection, source: string): Connection | undefined {
    this.release(connection);
    const victim = this.#chooseVictim(source);
    if (victim !== undefined) this.release(victim);
    const ofSource = this.#bySource.get(source) ?? new Set();
    this.#bySource.set(source, ofSource.add(connection));
    this.#sourceOf.set(connection, source);
    return victim;
  }

  /** It is authenticated, or gone. Idempotent. */
  release(connection: Connection): void {
    const source = this.#sourceOf.get(connection);
    if (source === undefined) return;
    this.#sourceOf.delete(connection);
    const ofSource = this.#bySource.get(source);
    ofSource?.delete(connection);
    if (ofSource?.size === 0) this.#bySource.delete(source);
  }

  #chooseVictim(source: string): Connection | undefined {
    const ofSource = this.#bySource.get(source);
    if (ofSource !== undefined && ofSource.size >= this.#limits.perSource) return oldest(ofSource);
    if (this.size < this.#limits.unauthenticated) return undefined;
    let largest: ReadonlySet<Connection> = new Set();
    for (const candidates of this.#bySource.values()) if (candidates.size > largest.size) largest = candidates;
    return oldest(largest);
  }
}

function oldest<Member>(members: ReadonlySet<Member>): Member | undefined {
  for (const member of members) return member;
  return undefined;
}
