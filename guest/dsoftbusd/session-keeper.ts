import type { Bus } from "../bus/bus.ts";
import { BusError, type BusErrorCode } from "../bus/sessions/bus-error.ts";
import type { BusSession } from "../bus/sessions/bus-session.ts";
import type { BusStream } from "../bus/sessions/bus-stream.ts";
import { withinDeadline } from "../bus/sessions/within-deadline.ts";
import { CONTROL_SERVICE } from "../services/control/control-codec.ts";
import { ControlClient } from "../services/control/control-client.ts";
import type { PeerConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { testContent } from "../../contract/test-content.ts";
import type { CryptoPrimitives } from "../core/index.ts";
import type { Runtime, Timer } from "../runtime/runtime.ts";
import type { LocatedPeer } from "./found-devices.ts";
import { Backoff } from "./backoff.ts";

/** Two round trips show each side that its bytes arrived. */
const GREETING_EXCHANGES = 2;
const GREETING_BYTES = 64;
/** From the session to the end of the greeting: a dial that is answered at all is answered within 10 s too. */
const GREETING_DEADLINE_MS = 10_000;
/** A session that lived this long shows that dialling works: the next failure starts from the shortest wait. */
const PROVEN_AFTER_MS = 5_000;
/** A table that forgot may remember again without telling: looked at this often beside `located`. */
const SEARCH_AGAIN_MS = 30_000;
/** Another try ends the same way unless somebody changes something. */
const HOPELESS: ReadonlySet<BusErrorCode> = new Set(["BUS_AUTHENTICATION", "BUS_TARGET"]);

export interface SessionKeeperOptions {
  readonly bus: Bus;
  readonly peer: PeerConfiguration;
  /** Where the peer is now; undefined: nobody knows, and nothing is dialled until `located`. */
  readonly locate: () => LocatedPeer | undefined;
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  /** Called when bytes were exchanged and checked over a new session. */
  readonly onVerified: (session: BusSession) => void;
}

/** Keeps a session to one peer: dials, greets, waits for its end, dials again after a capped, growing wait. */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #backoff = new Backoff();
  #timer: Timer | undefined;
  #endWait: () => void = () => undefined;
  #isSearching = false;
  #isStopped = false;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    void this.#keep();
  }

  /** Dials no more; a session that stands is left to the bus. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** The peer was found: if that is what it waits for, it dials at once. */
  located(): void {
    if (!this.#isSearching) return;
    this.#timer?.cancel();
    this.#endWait();
  }

  async #keep(): Promise<void> {
    while (!this.#isStopped) {
      const waitMs = await this.#holdOneSession();
      if (this.#isStopped) return;
      const { clock } = this.#options.runtime;
      await new Promise<void>((resolve) => {
        this.#endWait = resolve;
        this.#timer = clock.setTimer(clock.nowMs() + waitMs, resolve);
      });
    }
  }

  /** @returns how long to wait before the next dial */
  async #holdOneSession(): Promise<number> {
    const { bus, peer, runtime, locate } = this.#options;
    const address = locate();
    this.#isSearching = address === undefined;
    if (address === undefined) return SEARCH_AGAIN_MS;
    try {
      const { host, port, isAnnounced } = address;
      const session = await bus.dial({ ...peer, host, port }, undefined, isAnnounced ? "announced" : "configured");
      const sinceMs = runtime.clock.nowMs();
      await this.#greetIfPossible(session);
      await session.closed;
      if (runtime.clock.nowMs() - sinceMs >= PROVEN_AFTER_MS) this.#backoff.reset();
      return this.#backoff.next();
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      const retryInMs = HOPELESS.has(error.code) ? this.#backoff.longest() : this.#backoff.next();
      const { code, message } = error;
      if (!this.#isStopped) runtime.console.event(EventKind.DIAL_FAILED, { peer: peer.name, code, message, retryInMs });
      return retryInMs;
    }
  }

  /**
   * The handshake has shown who the peer is; the greeting shows that bytes pass. A peer that doesn't serve `control`, answers something
   * else or nothing keeps its session all the same: a second dial would replace it, with whatever it carries.
   */
  async #greetIfPossible(session: BusSession): Promise<void> {
    const { runtime } = this.#options;
    const opening = session.open(CONTROL_SERVICE, 0);
    try {
      const greeting = this.#greet(session, opening);
      await withinDeadline(runtime.clock, GREETING_DEADLINE_MS, "no greeting came back", greeting);
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      opening.then(
        (stream) => stream.reset(),
        () => undefined,
      );
      // The end of the session is told by itself.
      if (error.code === "BUS_SESSION_ENDED") return;
      const { code, message } = error;
      runtime.console.event(EventKind.SERVICE_FAILED, { service: CONTROL_SERVICE, code, message });
    }
  }

  async #greet(session: BusSession, opening: Promise<BusStream>): Promise<void> {
    const stream = await opening;
    const control = new ControlClient(stream, this.#options.crypto);
    for (let round = 1; round <= GREETING_EXCHANGES; round += 1) {
      await control.exchange(testContent(round, 0, GREETING_BYTES));
    }
    stream.finish();
    this.#options.onVerified(session);
  }
}
