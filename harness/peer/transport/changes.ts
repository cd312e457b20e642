/** Waiting for something to become so, never for longer than is said. */

/** What the far end did, or didn't do in time. */
export class PeerError extends Error {
  /** `PEER_TIMEOUT`: nothing came of it. `PEER_UNEXPECTED`: something else did. */
  readonly code: "PEER_TIMEOUT" | "PEER_UNEXPECTED";

  constructor(code: PeerError["code"], message: string) {
    super(message);
    this.name = "PeerError";
    this.code = code;
  }
}

/** An emulated machine on a host with much else to do needs many seconds for what a process does at once. */
export const PATIENCE_MS = 60_000;

export class Changes {
  readonly #waiting = new Set<() => void>();
  readonly #patienceMs: number;

  /** @param patienceMs of who says nothing else where it waits */
  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Something changed: all who wait look again. */
  notify(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * @param what it waits for, for who reads a failure
   * @param look undefined: not yet; what it throws ends the wait
   * @throws PeerError `PEER_TIMEOUT`
   */
  until<T>(what: string, look: () => T | undefined, patienceMs: number = this.#patienceMs): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(attempt);
      };
      const attempt = (): void => {
        try {
          const found = look();
          if (found === undefined) return;
          end();
          resolve(found);
        } catch (error) {
          end();
          reject(error instanceof PeerError ? error : new PeerError("PEER_UNEXPECTED", String(error)));
        }
      };
      const timer = setTimeout(() => {
        end();
        reject(new PeerError("PEER_TIMEOUT", `${patienceMs} ms passed without ${what}`));
      }, patienceMs);
      this.#waiting.add(attempt);
      attempt();
    });
  }
}

export function unexpected(message: string): PeerError {
  return new PeerError("PEER_UNEXPECTED", message);
}

export function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
