import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

/** Clocks of ends and taps count in microseconds and round, and none goes more wrongly than by this share. */
const ROUNDING_US = 1_000;
const CLOCK_SHARE = 1 / 64;

interface DelayTold {
  readonly pn: number;
  readonly ack: number;
  readonly ackDelayUs: number;
  readonly atUs: number;
}

export const acknowledgementDelayRule: PacketRule = {
  id: "acknowledgement-delay",
  text: "`ack_delay` is 0 without an `ack`, grows while the same `ack` is repeated, and is no longer than `ack` was there.",
  requirement: "P-9",
  watch: (context) => {
    const watch = new DelayWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class DelayWatch {
  readonly #context: WatchContext;
  readonly #told = new PnWindow<DelayTold>();
  /** By pn: when it came first. */
  readonly #arrived = new PnWindow<number>();

  constructor(context: WatchContext) {
    this.#context = context;
  }

  heard({ content, seen }: FollowedPacket): void {
    this.#arrived.insert(content.pn, seen.atUs);
  }

  own({ content: { pn, ack, ackDelayUs }, seen }: FollowedPacket): void {
    const { speak, clockSlackUs } = this.#context;
    if (ack === 0 && ackDelayUs !== 0) speak(`ack_delay ${ackDelayUs} with ack 0`, seen);
    const told = { pn, ack, ackDelayUs, atUs: seen.atUs };
    const { before, after } = this.#told.insert(pn, told) ?? {};
    for (const [lower, higher] of [
      [before, told],
      [told, after],
    ] as const) {
      const problem = lower !== undefined && higher !== undefined ? this.#problemOf(lower, higher) : undefined;
      if (problem !== undefined) speak(problem, seen);
    }
    const arrivedUs = this.#arrived.get(ack);
    if (ack === 0 || arrivedUs === undefined) return;
    // A tap sees what comes before its end does, and what leaves after it.
    const thereUs = Math.max(0, seen.atUs - arrivedUs);
    const most = thereUs * (1 + CLOCK_SHARE) + clockSlackUs + ROUNDING_US;
    if (ackDelayUs > most) speak(`pn ${pn} has held ack ${ack} for ${ackDelayUs} us, ${thereUs} after it came`, seen);
  }

  /** @returns what is wrong with two packets that follow each other, and repeat one `ack` */
  #problemOf(lower: DelayTold, higher: DelayTold): string | undefined {
    if (lower.ack === 0 || lower.ack !== higher.ack) return undefined;
    const grown = higher.ackDelayUs - lower.ackDelayUs;
    if (grown < 0) return `pn ${higher.pn} repeats ack ${higher.ack} with a shorter ack_delay than before`;
    const passed = higher.atUs - lower.atUs;
    // On a path the later one may have been held up.
    if (!this.#context.isAtOwnTap || passed - grown <= this.#context.lagUs + ROUNDING_US) return undefined;
    return `pn ${higher.pn} repeats ack ${higher.ack} ${passed} us later, with an ack_delay ${grown} longer`;
  }
}
