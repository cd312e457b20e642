/** The peer of a run: honest first, then lies one after the other, each with what the guest must do. */
import { Changes, passed, unexpected } from "./transport/changes.ts";
import { exchangeHonestly, type HonestExchange } from "./honest-session.ts";
import { LIES, type LieName } from "./lies/index.ts";
import type { AnsweredLie } from "./lies/lie.ts";
import type { LyingPeer } from "./lying-peer.ts";
import { OpenSession, QUIET_MS } from "./lies/open-session.ts";
import { LieStage, type LieStageSetup } from "./lies/stage.ts";
import { HONEST_SERVICES } from "./services/all-services.ts";
import type { PeerMux, PeerServices } from "./mux/peer-mux.ts";
import { PeerListener } from "./transport/peer-listener.ts";
import { PeerSocket } from "./transport/peer-socket.ts";
import type { PeerSession } from "./transport/peer-session.ts";

/** A guest that dials again waits longer each time. */
export const REDIAL_MS = 120_000;
/** From the peer's start to the guest's first dial: a machine boots in between. The run has its own bound. */
export const BOOT_MS = 600_000;

/** Of what a guest that is late for its own deadline is right to give up. */
export const MOST_ATTEMPTS = 3;

export interface LiarSetup extends Omit<LieStageSetup, "onSocket"> {
  /** Told of each socket before anything leaves it, and of what is being told by then; undefined: the truth. */
  readonly onSocket: (port: number, lie: LieName | undefined) => void;
}

export class Liar implements LyingPeer {
  readonly port: number;
  readonly #setup: LiarSetup;
  readonly #stage: LieStage;
  readonly #listener: PeerListener;
  readonly #changes = new Changes();
  readonly #sessions: PeerSession[] = [];
  /** Sessions of the guest's that nobody waited for: served as they should be. */
  #idle: OpenSession[] = [];
  #isExpecting = false;
  #answers: AnsweredLie | undefined;
  #answered = 0;
  #telling: LieName | undefined;

  private constructor(setup: LiarSetup, socket: PeerSocket) {
    const { self, guest, onEphemeral } = setup;
    this.#setup = setup;
    this.port = socket.place.port;
    this.#stage = new LieStage({ ...setup, onSocket: (port) => setup.onSocket(port, this.#telling) });
    this.#listener = new PeerListener({
      ...{ socket, self, accepts: new Set([guest.deviceId]), onEphemeral },
      changesFor: () => {
        this.#answered += 1;
        this.#changes.notify();
        return this.#answers?.changes?.(this.#stage);
      },
      onSession: (session) => {
        if (this.#isExpecting) this.#sessions.push(session);
        else this.#idle.push(new OpenSession(session, HONEST_SERVICES));
        this.#changes.notify();
      },
    });
  }

  static async start(setup: LiarSetup): Promise<Liar> {
    const socket = await PeerSocket.open(setup.watch);
    const liar = new Liar(setup, socket);
    setup.onSocket(liar.port, undefined);
    return liar;
  }

  /** The guest has dialled and greeted, and all is as it should be. @throws PeerError */
  async serveHonestly(patienceMs = BOOT_MS): Promise<void> {
    const open = await this.#nextGreeted(patienceMs);
    await exchangeHonestly(open.mux);
    await open.close();
  }

  /** The peer dials, and all is as it should be. @throws PeerError */
  async dialHonestly(exchange: HonestExchange = exchangeHonestly): Promise<void> {
    this.#telling = undefined;
    const open = await this.#stage.open();
    await exchange(open.mux);
    await open.endInOrder();
    this.#stage.end();
  }

  /** @throws PeerError if the guest doesn't do what it must */
  async tell(name: LieName): Promise<void> {
    const lie = LIES[name];
    if (lie.over === "tcp") throw new RangeError(`${name} is a lie over TCP`);
    this.#telling = name;
    try {
      if (lie.by === "initiator") await lie.tell(this.#stage);
      else await this.#tellAnswered(name, lie);
    } finally {
      this.#telling = undefined;
      this.#answers = undefined;
      this.#isExpecting = false;
      this.#stage.end();
    }
  }

  /** Closes what the guest has dialled since. */
  sayFarewell(): void {
    for (const { session } of this.#idle.splice(0)) session.close(0);
  }

  end(): void {
    this.#stage.end();
    this.#listener.end();
  }

  async #tellAnswered(name: LieName, lie: AnsweredLie): Promise<void> {
    this.#setup.onSocket(this.port, name);
    this.#isExpecting = true;
    this.#answers = lie;
    // A session that stands keeps the guest from dialling.
    this.sayFarewell();
    if (lie.changes !== undefined) await this.#isAnsweredInVain();
    if (lie.check === undefined) return;
    const open = await this.#nextAnswered(lie.services ?? HONEST_SERVICES);
    await lie.check(open);
    await open.close();
  }

  /** Afterwards the same dial is answered as it should be. */
  async #isAnsweredInVain(): Promise<void> {
    const before = this.#answered;
    await this.#changes.until("a dial of the guest's", () => (this.#answered > before ? true : undefined), REDIAL_MS);
    await passed(QUIET_MS);
    if (this.#sessions.length > 0) throw unexpected("the guest goes on with a dial that it must give up");
    this.#answers = undefined;
    this.#listener.forget();
  }

  /** A guest whose deadline has passed, for the handshake or for its greeting, is right to give it up: then it dials again. */
  async #nextGreeted(patienceMs: number): Promise<OpenSession> {
    for (let attempt = 1; ; attempt += 1) {
      this.#isExpecting = true;
      const open = await this.#nextAnswered(HONEST_SERVICES, patienceMs);
      const { session, mux } = open;
      const outcome = await session.changes.until("the guest's greeting", () =>
        outcomeOf(mux, session.peerClose !== undefined),
      );
      if (outcome === "greeted") return open;
      if (attempt === MOST_ATTEMPTS) throw unexpected("the guest gives up what it has dialled, or its greeting");
      session.close(0);
    }
  }

  async #nextAnswered(services: PeerServices, patienceMs = REDIAL_MS): Promise<OpenSession> {
    const next = (): PeerSession | undefined => this.#sessions.shift();
    const session = await this.#changes.until("a session that the guest dials", next, patienceMs);
    this.#isExpecting = false;
    return new OpenSession(session, services);
  }
}

/** @returns undefined: it isn't over yet */
export function outcomeOf(mux: PeerMux, hasEnded: boolean): "greeted" | "given up" | undefined {
  const greeting = mux.streamNamed("control");
  if (greeting?.isReadOut === true) return "greeted";
  return hasEnded || greeting?.resetCode !== undefined ? "given up" : undefined;
}
