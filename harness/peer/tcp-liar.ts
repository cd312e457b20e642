/** The peer of a run that speaks TCP: honest first, then lies one after the other, each with what the guest must do. */
import { exchangeBriefly, exchangeHonestly, type HonestExchange } from "./honest-session.ts";
import { LIES, type LieName } from "./lies/index.ts";
import type { AnsweredTcpLie } from "./lies/lie.ts";
import { OpenTcpSession } from "./lies/open-tcp-session.ts";
import { TcpStage, type TcpStageSetup } from "./lies/tcp-stage.ts";
import { BOOT_MS, type LiarSetup, MOST_ATTEMPTS, outcomeOf, REDIAL_MS } from "./liar.ts";
import type { LyingPeer } from "./lying-peer.ts";
import { HONEST_SERVICES } from "./services/all-services.ts";
import { Changes, unexpected } from "./transport/changes.ts";
import type { PeerTcp } from "./transport/peer-tcp.ts";
import { PeerTcpListener } from "./transport/peer-tcp-listener.ts";
import type { PeerTcpSession } from "./transport/peer-tcp-session.ts";

export interface TcpLiarSetup extends Omit<TcpStageSetup, "onSocket">, Pick<LiarSetup, "onSocket"> {}

export class TcpLiar implements LyingPeer {
  readonly #setup: TcpLiarSetup;
  readonly #stage: TcpStage;
  readonly #changes = new Changes();
  readonly #sessions: PeerTcpSession[] = [];
  /** Sessions of the guest's that nobody waited for: served as they should be. */
  readonly #idle: OpenTcpSession[] = [];
  #listener!: PeerTcpListener;
  #isExpecting = false;
  #answers: AnsweredTcpLie | undefined;
  /** The latest dial of the guest's that got a lie. */
  #liedTo: PeerTcp | undefined;
  #telling: LieName | undefined;

  private constructor(setup: TcpLiarSetup) {
    this.#setup = setup;
    this.#stage = new TcpStage({ ...setup, onSocket: (port) => setup.onSocket(port, this.#telling) });
  }

  static async start(setup: TcpLiarSetup): Promise<TcpLiar> {
    const liar = new TcpLiar(setup);
    const { self, guest, onEphemeral, watch } = setup;
    liar.#listener = await PeerTcpListener.open({
      ...{ self, accepts: new Set([guest.deviceId]), onEphemeral, watch },
      proofFor: (tcp) => {
        if (liar.#answers !== undefined) liar.#liedTo = tcp;
        liar.#changes.notify();
        return liar.#answers?.proof2(liar.#stage);
      },
      onSession: (session) => liar.#take(session),
    });
    setup.onSocket(liar.port, undefined);
    return liar;
  }

  get port(): number {
    return this.#listener.place.port;
  }

  async serveHonestly(): Promise<void> {
    const open = await this.#nextGreeted();
    // Every service is asked for where the peer dials: here another peer asks for them over udp-sec meanwhile, of one processor.
    await exchangeBriefly(open.mux);
    await open.close();
  }

  async dialHonestly(exchange: HonestExchange = exchangeHonestly): Promise<void> {
    this.#telling = undefined;
    const open = await this.#inTime(() => this.#stage.open());
    await exchange(open.mux);
    await open.endInOrder();
    this.#stage.end();
  }

  async tell(name: LieName): Promise<void> {
    const lie = LIES[name];
    if (lie.over !== "tcp") throw new RangeError(`${name} is no lie over TCP`);
    this.#telling = name;
    try {
      if (lie.by === "initiator") await this.#inTime(() => lie.tell(this.#stage));
      else await this.#isAnsweredInVain(name, lie);
    } finally {
      this.#telling = undefined;
      this.#answers = undefined;
      this.#liedTo = undefined;
      this.#stage.end();
    }
  }

  sayFarewell(): void {
    for (const { session } of this.#idle.splice(0)) session.close(0);
  }

  end(): void {
    this.#stage.end();
    this.#listener.end();
  }

  /** As over udp-sec: who gives up, dials again. */
  async #nextGreeted(): Promise<OpenTcpSession> {
    const next = (): PeerTcpSession | undefined => this.#sessions.shift();
    for (let attempt = 1; ; attempt += 1) {
      this.#isExpecting = true;
      const session = await this.#changes.until("a session that the guest dials", next, BOOT_MS);
      this.#isExpecting = false;
      const open = new OpenTcpSession(session, HONEST_SERVICES);
      const { tcp, changes } = session;
      const outcome = await changes.until("the guest's greeting", () => outcomeOf(open.mux, tcp.hasEnded));
      if (outcome === "greeted") return open;
      if (attempt === MOST_ATTEMPTS) throw unexpected("the guest gives up what it has dialled, or its greeting");
      session.close(0);
    }
  }

  /** Does it again where the guest's deadline for the handshake had passed: who is late for it is right to end TCP without a word. */
  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt === MOST_ATTEMPTS || !this.#stage.wasGivenUpLate) throw error;
        this.#stage.end();
      }
    }
  }

  async #isAnsweredInVain(name: LieName, lie: AnsweredTcpLie): Promise<void> {
    this.#setup.onSocket(this.port, name);
    this.#answers = lie;
    // A session that stands keeps the guest from dialling.
    this.sayFarewell();
    const tcp = await this.#changes.until("a dial of the guest's", () => this.#liedTo, REDIAL_MS);
    const heard = tcp.heardBytes;
    await tcp.changes.until("the end of TCP", () => {
      if (tcp.heardBytes > heard) throw unexpected("the guest goes on with a dial that it must give up");
      return tcp.hasEnded ? true : undefined;
    });
  }

  #take(session: PeerTcpSession): void {
    if (this.#isExpecting) this.#sessions.push(session);
    else this.#idle.push(new OpenTcpSession(session, HONEST_SERVICES));
    this.#changes.notify();
  }
}
