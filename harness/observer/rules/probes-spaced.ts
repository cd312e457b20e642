import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";

const MS = 1_000;
/** A probe timeout holds the peer's ack delay, its own granularity, and a round trip. */
const GRANULARITY_US = 1_000;
/** Its backoff doubles up to here. */
const CAP_US = 2_000_000;
/** Probe, persist and keepalive each have a timer, and an expiry sends two packets at most. */
const PINGS_PER_STEP = 4;
/** Parts of the idle timeout: who hears nothing for so long may ask again and again, once in so much. */
const ASKS_AFTER = 1 / 2;
const ASKS_EVERY = 1 / 60;
/** Confirmations of MSG3, which the peer may repeat before it says anything else. */
const CONFIRMATIONS = 16;

export const probesSpacedRule: PacketRule = {
  id: "probes-spaced",
  text: "While nothing comes, PINGs leave at gaps that double, and after half of the idle timeout one for each sixtieth: so many in a time, and no more.",
  requirement: "R-20",
  watch: (context) => {
    // Elsewhere they may have been held up, and come at once.
    if (!context.isAtOwnTap) return {};
    const watch = new ProbeWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class ProbeWatch {
  readonly #context: WatchContext;
  readonly #leastUs: number;
  readonly #idleUs: number;
  #sinceUs: number | undefined;
  #pings = 0;
  #hasHeard = false;

  constructor(context: WatchContext) {
    this.#context = context;
    const { parameters, peerParameters } = context;
    this.#leastUs = peerParameters.ackDelayMs * MS + GRANULARITY_US;
    this.#idleUs = Math.min(parameters.idleTimeoutMs, peerParameters.idleTimeoutMs) * MS;
  }

  heard({ seen }: FollowedPacket): void {
    this.#sinceUs = seen.atUs;
    this.#pings = 0;
    this.#hasHeard = true;
  }

  own({ content: { pn, body }, seen }: FollowedPacket): void {
    this.#sinceUs ??= seen.atUs;
    if (body.kind !== "PING") return;
    this.#pings += 1;
    const passedUs = seen.atUs - this.#sinceUs;
    const longestUs = passedUs + this.#context.lagUs;
    const allowed =
      PINGS_PER_STEP * (1 + this.#stepsIn(longestUs)) + this.#asksIn(longestUs) + (this.#hasHeard ? 0 : CONFIRMATIONS);
    if (this.#pings <= allowed) return;
    this.#context.speak(`pn ${pn} is PING ${this.#pings} in ${Math.round(passedUs / MS)} ms without an answer`, seen);
    this.#pings = 0;
  }

  /** @returns how often silence may have been asked about */
  #asksIn(us: number): number {
    const askingUs = us - this.#idleUs * ASKS_AFTER;
    return askingUs < 0 ? 0 : 1 + Math.floor(askingUs / (this.#idleUs * ASKS_EVERY));
  }

  /** @returns how often a timer that doubles can expire in so long */
  #stepsIn(us: number): number {
    const doublings = Math.floor(Math.log2(1 + Math.min(us, 2 * CAP_US) / this.#leastUs));
    return doublings + Math.ceil(us / CAP_US);
  }
}
