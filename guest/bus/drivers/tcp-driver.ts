/** TCP listener, dials, and the links of both. */
import {
  type AcceptPolicy,
  type AdmissionLimits,
  AdmissionTable,
  type CryptoPrimitives,
  type DeviceIdentity,
  type DialTarget,
  type EndpointBudget,
  type HandshakeRate,
  sourceOf,
  TcpSecConnection,
  type TcpSecOptions,
} from "../../core/index.ts";
import {
  type Runtime,
  type SocketAddress,
  SocketError,
  type TcpConnection,
  type TcpListener,
} from "../../runtime/runtime.ts";
import { BusError } from "../sessions/bus-error.ts";
import type { BusSession } from "../sessions/bus-session.ts";
import { sleep } from "../sessions/deadline.ts";
import { errorOfEnd } from "./error-of-end.ts";
import { OutputBuffer } from "./output-buffer.ts";
import { refusedDial } from "./refused-dial.ts";
import { TcpLink, type TcpLinkObserver, type TcpLinkOptions } from "./tcp-link.ts";

const CLOSE_CHECK_MS = 10;

export interface TcpDriverOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly identity: DeviceIdentity;
  readonly accept: AcceptPolicy;
  /** Called synchronously for every session, dialled or accepted. */
  readonly onSession: (session: BusSession) => void;
  readonly admissionLimits: AdmissionLimits;
  /** Shared with the UDP sockets: memory is the bus's, whatever carries the bytes. */
  readonly budget: EndpointBudget;
  /** Shared with the UDP sockets: a Diffie-Hellman costs the same, whatever carried the message that asks for it. */
  readonly handshakeRate: HandshakeRate;
  readonly keyLog?: TcpSecOptions["keyLog"];
}

export interface TcpDriverStats {
  readonly links: number;
  readonly unauthenticated: number;
  /** Handshakes that were not computed, since their address was over its rate. Undefined: none. */
  readonly rateLimited?: number;
}

export class TcpDriver {
  readonly #options: TcpDriverOptions;
  readonly #links = new Set<TcpLink>();
  readonly #output = new OutputBuffer();
  readonly #admission: AdmissionTable<TcpLink>;
  #rateLimited = 0;
  #listener: TcpListener | undefined;
  #isStopped = false;

  constructor(options: TcpDriverOptions) {
    this.#options = options;
    this.#admission = new AdmissionTable(options.admissionLimits);
  }

  stats(): TcpDriverStats {
    return {
      links: this.#links.size,
      unauthenticated: this.#admission.size,
      ...(this.#rateLimited === 0 ? {} : { rateLimited: this.#rateLimited }),
    };
  }

  /** @returns the port @throws SocketError */
  async listen(local: SocketAddress): Promise<number> {
    this.#listener = await this.#options.runtime.tcp.listen(local, (tcp) => this.#accept(tcp));
    return this.#listener.local.port;
  }

  /** @param deadlineMs for TCP to connect; the handshake has its own @throws BusError */
  async dial(target: DialTarget, deadlineMs: number): Promise<BusSession> {
    const tcp = await this.#connect(target.address, deadlineMs);
    if (this.#isStopped) {
      tcp.destroy();
      throw new BusError("BUS_CLOSED", "the bus is closed");
    }
    const connection = this.#initiate(tcp, target);
    return await new Promise<BusSession>((resolve, reject) => {
      const observer = {
        onSession: (session: BusSession) => {
          this.#options.onSession(session);
          resolve(session);
        },
        onGone: (link: TcpLink) => {
          this.#links.delete(link);
          const { end } = link;
          // After the session stood this changes nothing.
          reject(end === undefined ? new BusError("BUS_HANDSHAKE", "TCP ended in the handshake") : errorOfEnd(end));
        },
      };
      this.#links.add(new TcpLink(tcp, connection, this.#linkOptions(observer)));
    });
  }

  /** Listens no more; a dial that has not connected yet fails. */
  stop(): void {
    this.#isStopped = true;
    this.#listener?.close();
    this.#listener = undefined;
  }

  /** Waits until closed sessions have said so, at most until `deadlineMs`, then drops what is left. */
  async close(deadlineMs: number): Promise<void> {
    this.stop();
    const { clock } = this.#options.runtime;
    while (this.#links.size > 0 && clock.nowMs() < deadlineMs) await sleep(clock, CLOSE_CHECK_MS);
    for (const link of [...this.#links]) link.drop();
  }

  #accept(tcp: TcpConnection): void {
    const source = sourceOf(tcp.remote.host);
    const connection = TcpSecConnection.responder({
      ...this.#coreOptions(),
      accept: this.#options.accept,
      takeHandshake: (nowMs) => this.#takeHandshake(source, nowMs),
    });
    const observer = {
      onSession: (session: BusSession) => {
        this.#admission.release(link);
        this.#options.onSession(session);
      },
      onGone: (gone: TcpLink) => {
        this.#admission.release(gone);
        this.#links.delete(gone);
      },
    };
    const link: TcpLink = new TcpLink(tcp, connection, this.#linkOptions(observer));
    this.#links.add(link);
    this.#admission.admit(link, source)?.drop();
  }

  #takeHandshake(source: string, nowMs: number): boolean {
    const isWithinRate = this.#options.handshakeRate.takeProven(source, nowMs);
    if (!isWithinRate) this.#rateLimited += 1;
    return isWithinRate;
  }

  #initiate(tcp: TcpConnection, { deviceId, staticPublicKey }: DialTarget): TcpSecConnection {
    try {
      return TcpSecConnection.initiator({ ...this.#coreOptions(), peer: { deviceId, staticPublicKey } });
    } catch (error) {
      tcp.destroy();
      throw refusedDial(error);
    }
  }

  async #connect(address: SocketAddress, deadlineMs: number): Promise<TcpConnection> {
    try {
      return await this.#options.runtime.tcp.connect(address, deadlineMs);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      const code = error.code === "ETIMEDOUT" ? "BUS_TIMEOUT" : "BUS_UNAVAILABLE";
      throw new BusError(code, error.message, error.code, { cause: error });
    }
  }

  #linkOptions(observer: TcpLinkObserver): TcpLinkOptions {
    const { runtime, budget } = this.#options;
    return { clock: runtime.clock, observer, budget, output: this.#output };
  }

  #coreOptions(): TcpSecOptions {
    const { runtime, crypto, identity, keyLog, budget } = this.#options;
    const random = (length: number): Uint8Array => runtime.entropy.randomBytes(length);
    return { crypto, random, identity, nowMs: runtime.clock.nowMs(), keyLog, budget };
  }
}
