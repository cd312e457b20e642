import type { PeerConfiguration, TransportMode } from "../../../contract/configuration.ts";
import {
  decideAfterFailure,
  type DialTarget,
  FALLBACK_DEADLINE_MS,
  FallbackMemory,
  HANDSHAKE_DEADLINE_MS,
  isEndRemembered,
} from "../../core/index.ts";
import type { Clock } from "../../runtime/runtime.ts";
import type { TcpDriver } from "../drivers/tcp-driver.ts";
import { UdpDriver } from "../drivers/udp-driver.ts";
import { DialFailure } from "../drivers/udp-sec-dial-error.ts";
import { BusError } from "../sessions/bus-error.ts";
import type { BusSession } from "../sessions/bus-session.ts";
import { keyBytes } from "./key-bytes.ts";
import { numericHost } from "./numeric-host.ts";
import type { TransportChoice } from "./transport-choice.ts";
import type { UdpDrivers } from "./udp-drivers.ts";

/** How long TCP may take to connect (dsoftbus-transport.md#10-tcp-transport); the handshake after it has a deadline of its own. */
const TCP_DIAL_DEADLINE_MS = 5_000;
/** The first may be lost, so a second; more would make the daemon an amplifier of whoever announces forged addresses. */
const MSG1_TO_ANNOUNCED = 2;
/**
 * The second leaves after 250 ms; a second later nothing is on its way any more. Waiting longer would only let the next announcement, which
 * is worth two more, go by unused.
 */
const ANNOUNCED_WAIT_MS = 1_250;

export interface PeerDiallerOptions {
  readonly clock: Clock;
  readonly choice: TransportChoice;
  readonly udp: UdpDrivers;
  readonly tcp: TcpDriver;
  /** The bus was closed: then nothing begins any more. */
  readonly isClosed: () => boolean;
  /** udp-sec was given up for this peer. Called synchronously before tcp is tried. */
  readonly onFallback: (peer: PeerConfiguration) => void;
}

/** Dials peers over the transport that the selection takes, and over tcp where udp-sec brought no answer. */
export class PeerDialler {
  readonly #options: PeerDiallerOptions;
  readonly #memory = new FallbackMemory();

  constructor(options: PeerDiallerOptions) {
    this.#options = options;
  }

  /** For how many peers `auto` takes tcp because udp-sec failed lately. */
  get rememberedFallbacks(): number {
    return this.#memory.size;
  }

  /** True while `auto` takes tcp for this peer because udp-sec failed lately. */
  isFallbackRemembered(deviceId: string): boolean {
    return this.#memory.isRemembered(deviceId, this.#options.clock.nowMs());
  }

  /** @param address `announced`: anybody may have named it @throws BusError */
  async dial(peer: PeerConfiguration, mode: TransportMode, address: "configured" | "announced"): Promise<BusSession> {
    this.#throwIfClosed();
    try {
      const canonical = { ...peer, host: numericHost(peer.host, "peer.host", "BUS_TARGET") };
      const session = await this.#dial(canonical, mode, address === "announced");
      this.#throwIfClosed();
      return session;
    } catch (error) {
      // A dial that was under way when the bus was closed fails in many ways: the closing is what the caller is told.
      if (error instanceof BusError) this.#throwIfClosed(error);
      throw error;
    }
  }

  /** A dialled udp-sec session lives: how it ends may make `auto` take tcp next time. */
  watch(session: BusSession, mode: TransportMode): void {
    void session.closed.then((end) => {
      if (isEndRemembered(mode, end.name)) this.#remember(session.peerDeviceId);
    });
  }

  async #dial(peer: PeerConfiguration, mode: TransportMode, isAnnounced: boolean): Promise<BusSession> {
    const { clock, choice, udp, isClosed, onFallback } = this.#options;
    const nowMs = clock.nowMs();
    const target = dialTarget(peer);
    // Who asks for tcp needs no UDP socket, and none is looked for: that one can't be had would be told for nothing.
    const wantsUdpSec = choice.isUdpSecEnabled && mode !== "tcp";
    const found = wantsUdpSec ? await udp.dialling(peer.host, isClosed) : undefined;
    this.#throwIfClosed();
    const [driver, why] = found instanceof UdpDriver ? [found, undefined] : [undefined, found];
    const remembered = this.#memory.isRemembered(peer.deviceId, nowMs);
    const { transport, mayFallBack } = choice.toDial(mode, driver !== undefined, remembered, why);
    if (transport === "tcp" || driver === undefined) {
      // For want of a socket, not because somebody chose tcp: whoever reads the events must know.
      if (choice.isUdpSecEnabled && driver === undefined && mode === "auto") onFallback(peer);
      return await this.#dialTcp(target);
    }
    try {
      const options = isAnnounced
        ? { waitMs: ANNOUNCED_WAIT_MS, msg1Copies: MSG1_TO_ANNOUNCED }
        : { waitMs: mayFallBack ? FALLBACK_DEADLINE_MS : HANDSHAKE_DEADLINE_MS };
      const session = await driver.dial(target, options);
      this.#memory.forget(peer.deviceId);
      return session;
    } catch (error) {
      return await this.#afterUdpFailure(peer, mode, error);
    }
  }

  async #afterUdpFailure(peer: PeerConfiguration, mode: TransportMode, error: unknown): Promise<BusSession> {
    // A dial that the closing of the bus gave up says nothing about udp-sec.
    if (!(error instanceof DialFailure) || mode === "tcp" || this.#options.isClosed()) throw error;
    if (decideAfterFailure(mode, error.failure).kind === "error") throw error;
    this.#remember(peer.deviceId);
    this.#options.onFallback(peer);
    return await this.#dialTcp(dialTarget(peer));
  }

  async #dialTcp(target: DialTarget): Promise<BusSession> {
    const { tcp, clock } = this.#options;
    return await tcp.dial(target, clock.nowMs() + TCP_DIAL_DEADLINE_MS);
  }

  #remember(deviceId: string): void {
    this.#memory.remember(deviceId, this.#options.clock.nowMs());
  }

  #throwIfClosed(cause?: BusError): void {
    if (this.#options.isClosed()) throw new BusError("BUS_CLOSED", "the bus is closed", cause?.code, { cause });
  }
}

function dialTarget(peer: PeerConfiguration): DialTarget {
  return {
    deviceId: peer.deviceId,
    staticPublicKey: keyBytes(peer.staticKey),
    address: { host: peer.host, port: peer.port },
  };
}
