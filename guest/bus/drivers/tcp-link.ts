/** The loop around one TCP connection: bytes in, events handled synchronously, bytes out while the platform takes them. */
import type { EndpointBudget, TcpSecConnection, TcpSecEvent } from "../../core/index.ts";
import type { Clock, SocketError, TcpConnection, TcpHandler } from "../../runtime/runtime.ts";
import { BusSession } from "../sessions/bus-session.ts";
import { Deadline } from "../sessions/deadline.ts";
import { FlushTurn } from "./flush-turn.ts";
import type { OutputBuffer } from "./output-buffer.ts";
import { plainStats } from "./plain-stats.ts";

export interface TcpLinkObserver {
  /** Called synchronously, before anything that lets the peer go on has left. */
  onSession(session: BusSession): void;
  /** The link is gone, established or not; nothing is called afterwards. */
  onGone(link: TcpLink): void;
}

export interface TcpLinkOptions {
  readonly clock: Clock;
  readonly observer: TcpLinkObserver;
  /** The connection's. */
  readonly budget: EndpointBudget;
  /** The driver's. */
  readonly output: OutputBuffer;
}

export class TcpLink implements TcpHandler {
  readonly #tcp: TcpConnection;
  readonly #connection: TcpSecConnection;
  readonly #dialled: boolean;
  readonly #clock: Clock;
  readonly #observer: TcpLinkObserver;
  readonly #budget: EndpointBudget;
  readonly #output: OutputBuffer;
  readonly #onSendMemory = (): void => this.#turn.request();
  readonly #turn = new FlushTurn(() => this.#flush());
  readonly #deadline: Deadline;
  #session: BusSession | undefined;
  #canWrite = true;
  #isReading = true;
  #hasEnded = false;
  #isGone = false;

  constructor(tcp: TcpConnection, connection: TcpSecConnection, { clock, observer, budget, output }: TcpLinkOptions) {
    this.#tcp = tcp;
    this.#connection = connection;
    this.#dialled = connection.role === "initiator";
    this.#clock = clock;
    this.#observer = observer;
    this.#budget = budget;
    this.#output = output;
    this.#deadline = new Deadline(clock, () => this.#turn.run());
    tcp.setHandler(this);
    this.#turn.request();
  }

  get remoteHost(): string {
    return this.#tcp.remote.host;
  }

  /** Why it ended; undefined while it lives or if the platform ended it before anything stood. */
  get end(): TcpSecConnection["end"] {
    return this.#connection.end;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  onBytes(bytes: Uint8Array): void {
    this.#connection.receiveBytes(bytes, this.#clock.nowMs());
    this.#turn.run();
  }

  onDrain(): void {
    this.#canWrite = true;
    this.#turn.run();
  }

  onEnd(): void {
    this.#connection.receiveEnd(this.#clock.nowMs());
    this.#turn.run();
  }

  onClosed(_error: SocketError | undefined): void {
    if (this.#isGone) return;
    this.#canWrite = false;
    this.#connection.receiveEnd(this.#clock.nowMs());
    this.#turn.run();
    this.#leave();
  }

  /** Drops the connection at once, without a word. */
  drop(): void {
    this.#tcp.destroy();
    this.onClosed(undefined);
  }

  #flush(): void {
    if (this.#isGone) return;
    const nowMs = this.#clock.nowMs();
    this.#connection.poll(nowMs);
    this.#advance(nowMs);
    // What leaves makes room for more.
    while (this.#send(nowMs)) this.#advance(nowMs);
    this.#follow();
  }

  #advance(nowMs: number): void {
    for (const event of this.#connection.takeEvents()) this.#handle(event);
    this.#session?.advance(nowMs);
  }

  #handle(event: TcpSecEvent): void {
    if (event.type !== "established") return;
    const connection = this.#connection;
    this.#session = new BusSession(
      {
        connection,
        budget: this.#budget,
        peerDeviceId: event.peer.deviceId,
        dialled: this.#dialled,
        // TCP itself shows that the peer is there now.
        isConfirmed: true,
        wake: () => this.#turn.request(),
        replace: (nowMs) => connection.close(0, "replaced by a newer session", nowMs),
        stats: () => plainStats(connection.stats()),
      },
      this.#clock,
    );
    this.#observer.onSession(this.#session);
  }

  /** @returns whether something left */
  #send(nowMs: number): boolean {
    let hasSent = false;
    while (this.#canWrite) {
      const takesMore = this.#output.send(this.#tcp, (target) => this.#connection.fillOutput(target, nowMs));
      if (takesMore === undefined) break;
      hasSent = true;
      this.#canWrite = takesMore;
    }
    return hasSent;
  }

  /** Does with TCP what the connection asks for. */
  #follow(): void {
    const connection = this.#connection;
    if (connection.isDead) {
      this.#tcp.destroy();
      this.#leave();
      return;
    }
    if (connection.outputFinished && !this.#hasEnded) {
      this.#hasEnded = true;
      this.#tcp.end();
    }
    if (this.#isReading !== connection.wantsToRead) {
      this.#isReading = connection.wantsToRead;
      this.#tcp.setReading(this.#isReading);
    }
    if (this.#session?.hasNoRoom === true) this.#budget.waitForSend(this.#onSendMemory);
    this.#deadline.set(connection.nextDeadlineMs());
  }

  #leave(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#budget.stopWaiting(this.#onSendMemory);
    this.#deadline.cancel();
    this.#observer.onGone(this);
  }
}
