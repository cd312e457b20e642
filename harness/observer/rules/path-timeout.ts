import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";
import { SeenFlight } from "../follow/seen-flight.ts";

/** Three probe timeouts, none of which is longer than ten seconds. */
const LONGEST_PROBES_US = 30_000_000;
const MS = 1_000;

export const pathTimeoutRule: PacketRule = {
  id: "path-timeout",
  text: "Who has stream bytes in flight, none of which gets through for the idle timeout and three probe timeouts, has ended.",
  requirement: "L-10",
  watch: (context) => {
    // Elsewhere nobody sees when bytes left.
    if (!context.isAtOwnTap) return {};
    const watch = new PathWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class PathWatch {
  readonly #context: WatchContext;
  readonly #boundUs: number;
  readonly #flight = new SeenFlight();
  /** The peer said that it has so many bytes. */
  #delivered = 0;
  #sinceUs: number | undefined;
  #isClosing = false;

  constructor(context: WatchContext) {
    this.#context = context;
    const idleMs = Math.min(context.parameters.idleTimeoutMs, context.peerParameters.idleTimeoutMs);
    this.#boundUs = Math.max(idleMs * MS, LONGEST_PROBES_US) + context.lagUs;
  }

  heard({ content: { named, delivered }, seen }: FollowedPacket): void {
    const acknowledged = this.#flight.acknowledge(named, seen.atUs);
    if (acknowledged.length > 0 || delivered > this.#delivered) this.#sinceUs = undefined;
    this.#delivered = Math.max(this.#delivered, delivered);
  }

  own({ content: { pn, body }, seen }: FollowedPacket): void {
    if (body.kind === "CLOSE") this.#isClosing = true;
    if (this.#isClosing) return;
    if (this.#sinceUs !== undefined && seen.atUs - this.#sinceUs > this.#boundUs) {
      const forUs = seen.atUs - this.#sinceUs;
      this.#sinceUs = undefined;
      this.#context.speak(`pn ${pn} leaves, ${(forUs / 1e6).toFixed(1)} s after bytes that never got through`, seen);
    }
    if (body.kind !== "DATA" || body.bytes.length === 0) return;
    this.#flight.add({ pn, bytes: seen.datagram.length, atUs: seen.atUs });
    if (body.offset + body.bytes.length > this.#delivered) this.#sinceUs ??= seen.atUs;
  }
}
