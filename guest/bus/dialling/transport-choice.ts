import type { BusConfiguration, TransportMode } from "../../../contract/configuration.ts";
import { decide, decideListen, type EntropyVerdict, judgeEntropy, type UdpSecAvailability } from "../../core/index.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import { BusError } from "../sessions/bus-error.ts";
import { type UdpTrouble, wordsOf } from "./udp-troubles.ts";

/** What to listen on. */
export interface ListenChoice {
  readonly udpSec: boolean;
  readonly tcp: boolean;
}

/** How to dial. */
export interface DialChoice {
  readonly transport: "udp-sec" | "tcp";
  /** With udp-sec: whether tcp is tried if no answer comes. */
  readonly mayFallBack: boolean;
}

/**
 * Asks the selection policy (dsoftbus-transport.md#11-selection-policy) with what this device knows: its configuration, its entropy
 * now, and whether a UDP socket could be had. What the policy refuses becomes a `BusError`.
 */
export class TransportChoice {
  readonly #runtime: Runtime;
  readonly #configuration: BusConfiguration;

  constructor(runtime: Runtime, configuration: BusConfiguration) {
    this.#runtime = runtime;
    this.#configuration = configuration;
  }

  /** Whether keys may be made now. Read from the system each time. */
  entropy(): EntropyVerdict {
    return judgeEntropy(this.#runtime.entropy.status(), this.#configuration.entropyPolicy);
  }

  get isUdpSecEnabled(): boolean {
    return this.#configuration.udpSecEnabled;
  }

  /** @param hasUdpSocket false once binding it failed, @param why in that case @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE */
  toListen(hasUdpSocket: boolean, why?: UdpTrouble): ListenChoice {
    const udpSec = this.#udpSec(hasUdpSocket);
    const decision = decideListen({ mode: this.#configuration.mode, udpSec, entropy: this.entropy() });
    if (decision.kind === "refuse") throw entropyError(decision.reason);
    if (decision.kind === "error") throw udpSecError(decision.code, hasUdpSocket ? undefined : why);
    return decision;
  }

  /**
   * @param hasUdpSocket false if none could be had for the peer's address family
   * @param why in that case
   * @param remembered udp-sec failed with this peer lately
   * @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE
   */
  toDial(mode: TransportMode, hasUdpSocket: boolean, remembered: boolean, why?: UdpTrouble): DialChoice {
    const decision = decide({ mode, udpSec: this.#udpSec(hasUdpSocket), entropy: this.entropy(), remembered });
    if (decision.kind === "refuse") throw entropyError(decision.reason);
    if (decision.kind === "error") throw udpSecError(decision.code, hasUdpSocket ? undefined : why);
    return decision;
  }

  #udpSec(hasUdpSocket: boolean): UdpSecAvailability {
    if (!this.isUdpSecEnabled) return "disabled";
    return hasUdpSocket ? "available" : "socket-unavailable";
  }
}

function entropyError(reason: string): BusError {
  return new BusError("BUS_ENTROPY", `the entropy gate is shut: ${reason}`, reason);
}

function udpSecError(detail: string, why: UdpTrouble | undefined): BusError {
  const because = why === undefined ? "" : `: ${wordsOf(why)}`;
  return new BusError("BUS_UNAVAILABLE", `udp-sec is demanded but cannot be had${because}`, why?.code ?? detail);
}
