import type { FollowedPacket, KnownReport } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";
import { RenoBound } from "../follow/reno-bound.ts";
import { SeenFlight } from "../follow/seen-flight.ts";

const MSS_BYTES = 1_200;
/** Of a probe timeout; more may leave in a row only by the window. */
const PROBES_PER_EXPIRY = 2;
/** A probe timeout is never shorter: its granularity (dsoftbus-transport.md#5-acknowledgement-and-recovery). */
const LEAST_PROBE_US = 1_000;
/** Half of the cap of its backoff: a tap may see gaps shorter than they were. */
const PROBE_CAP_US = 1_000_000;
const MOST_EXPIRIES = 20;
/** Near the limit of records a sender may forget packets early; from here on nothing is judged. */
const MOST_RECORDS = 1_900;

export const flightRule: PacketRule = {
  id: "flight",
  text: "What is certainly in flight never exceeds the largest window that the acknowledgements seen so far can have opened.",
  requirement: "C-1",
  watch: (context) => {
    // Elsewhere packets were lost before they were seen.
    if (!context.isAtOwnTap) return {};
    const watch = new FlightWatch(context);
    return { own: (packet, reports) => watch.own(packet, reports), heard: (packet) => watch.heard(packet) };
  },
};

class FlightWatch {
  readonly #context: WatchContext;
  readonly #flight = new SeenFlight();
  readonly #bound: RenoBound;
  #lastElicitingUs: number | undefined;
  #probesLeft = 0;
  #isFirstProbe = false;
  #expiries = 0;

  constructor(context: WatchContext) {
    this.#context = context;
    this.#bound = new RenoBound(context.congestion === "new-reno");
  }

  heard({ content, seen }: FollowedPacket): void {
    const acknowledged = this.#flight.acknowledge(content.named, seen.atUs);
    for (const { pn, bytes } of acknowledged) this.#bound.onAcknowledged(pn, bytes);
    if (acknowledged.length > 0) this.#expiries = 0;
  }

  own({ content, seen }: FollowedPacket, reports: readonly KnownReport[]): void {
    for (const report of reports) {
      for (const pn of this.#flight.lostBy(report)) this.#bound.onLost(pn, this.#context.knowledge.largestOwn);
    }
    const { kind } = content.body;
    if (kind !== "DATA" && kind !== "PING") return;
    const bytes = seen.datagram.length;
    this.#noteSilence(seen.atUs);
    const inFlight = this.#flight.certainBytes(seen.atUs, this.#context.clockSlackUs) + bytes;
    // One MSS, since growth in congestion avoidance comes in steps of it.
    const allowed = this.#bound.windowBytes + MSS_BYTES;
    // Persist, keepalive and probe PINGs are exempt.
    const isJudged = kind === "DATA" && this.#flight.count < MOST_RECORDS;
    if (isJudged && inFlight > allowed && !this.#isProbe()) {
      this.#context.speak(
        `pn ${content.pn} makes it ${inFlight} bytes in flight, at most ${allowed} are allowed`,
        seen,
      );
    }
    this.#probesLeft = Math.max(0, this.#probesLeft - 1);
    this.#lastElicitingUs = seen.atUs;
    this.#flight.add({ pn: content.pn, bytes, atUs: seen.atUs });
  }

  /** After a silence of a probe timeout, which doubles until something is acknowledged, two packets may be probes. */
  #noteSilence(atUs: number): void {
    const last = this.#lastElicitingUs;
    const least = Math.max(LEAST_PROBE_US, this.#flight.smallestRttUs ?? 0);
    const needed = Math.min(least * 2 ** this.#expiries, PROBE_CAP_US) - this.#context.clockSlackUs;
    if (last === undefined || atUs - last < needed) return;
    this.#probesLeft = PROBES_PER_EXPIRY;
    this.#isFirstProbe = true;
  }

  #isProbe(): boolean {
    if (this.#probesLeft === 0) return false;
    if (this.#isFirstProbe) this.#expiries = Math.min(this.#expiries + 1, MOST_EXPIRIES);
    this.#isFirstProbe = false;
    return true;
  }
}
