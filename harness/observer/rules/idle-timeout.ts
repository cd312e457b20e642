import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";

/** Probes that nobody answers leave no less often: their backoff ends at two seconds, unless one probe timeout is longer. */
const LONGEST_PROBE_US = 10_000_000;
/** Parts of the idle timeout: who hears nothing for so long asks, and at most so much later. */
const ASKS_AFTER = 1 / 2;
const ASKS_LATER = 1 / 20;
const MS = 1_000;

export const idleTimeoutRule: PacketRule = {
  id: "idle-timeout",
  text: "Who hears nothing asks after half of the idle timeout, or a twentieth later, and has ended after all of it: then nothing leaves any more.",
  requirement: "L-8",
  watch: (context) => {
    // Elsewhere what it asks may be lost, or come late.
    if (!context.isAtOwnTap) return {};
    const watch = new IdleWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class IdleWatch {
  readonly #context: WatchContext;
  readonly #idleUs: number;
  #heardUs: number | undefined;
  #spokeUs: number | undefined;
  /** For so long nothing came, and the end must have ended before the next thing did. */
  #silenceUs: number | undefined;
  #isClosing = false;
  #hasTold = false;

  constructor(context: WatchContext) {
    this.#context = context;
    const { parameters, peerParameters } = context;
    this.#idleUs = Math.min(parameters.idleTimeoutMs, peerParameters.idleTimeoutMs) * MS;
  }

  heard({ seen }: FollowedPacket): void {
    this.#noteSilence(seen.atUs);
    this.#heardUs = seen.atUs;
  }

  own({ content, seen }: FollowedPacket): void {
    const { speak, lagUs } = this.#context;
    this.#heardUs ??= seen.atUs;
    this.#noteSilence(seen.atUs);
    if (content.body.kind === "CLOSE" && this.#silenceUs === undefined) this.#isClosing = true;
    if (this.#isClosing || this.#hasTold) return;
    const dueUs = this.#nextDueUs(this.#heardUs);
    if (this.#silenceUs !== undefined) {
      this.#hasTold = true;
      speak(`pn ${content.pn} leaves, though nothing had arrived for ${seconds(this.#silenceUs)}`, seen);
    } else if (seen.atUs > dueUs + lagUs) {
      this.#hasTold = true;
      speak(`pn ${content.pn} leaves ${seconds(seen.atUs - dueUs)} after a PING was due, since nothing came`, seen);
    }
    this.#spokeUs = seen.atUs;
  }

  /** @returns when it must have asked, or asked again */
  #nextDueUs(heardUs: number): number {
    const spokeUs = this.#spokeUs ?? heardUs;
    // What left since may be in flight, and its probe timeout is what asks then.
    if (spokeUs > heardUs) return spokeUs + Math.max(this.#idleUs * ASKS_AFTER, LONGEST_PROBE_US);
    return heardUs + this.#idleUs * (ASKS_AFTER + ASKS_LATER);
  }

  #noteSilence(atUs: number): void {
    if (this.#heardUs === undefined || this.#isClosing) return;
    const silenceUs = atUs - this.#heardUs;
    if (silenceUs > this.#idleUs + this.#context.lagUs) this.#silenceUs ??= silenceUs;
  }
}

function seconds(us: number): string {
  return `${(us / 1e6).toFixed(1)} s`;
}
