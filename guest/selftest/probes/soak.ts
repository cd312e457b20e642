import { PROBE_DEFAULTS } from "../../../contract/configuration.ts";
import { transferBothWays } from "../../services/bulk/bulk-client.ts";
import { ControlClient } from "../../services/control/control-client.ts";
import { CONTROL_SERVICE } from "../../services/control/control-codec.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { sleep } from "../../bus/sessions/deadline.ts";
import { testContent } from "../../../contract/test-content.ts";
import { check, type Probe, type ProbeContext, type ProbeFigures } from "./probe.ts";

const PAYLOAD_BYTES = 256;
const PROGRESS_MS = 5_000;

/**
 * Control messages and bulk side by side for as long as it is told, each stream used once: what a program that runs for weeks does. A
 * session that ends is dialled again and counted; content that isn't what was sent ends the probe.
 */
export const soak: Probe = {
  needsUdpSec: true,
  run: async (context) => await new Soak(context).run(),
};

class Soak {
  readonly #context: ProbeContext;
  readonly #endMs: number;
  #current: BusSession | undefined;
  #dialling: Promise<BusSession> | undefined;
  #isOver = false;
  #redials = 0;
  #transfers = 0;
  #bytesEachWay = 0;
  #messages = 0;
  /** Of sessions that have ended. */
  #before: PacketCounts = { packetsSent: 0, retransmittedPackets: 0, lostPackets: 0 };

  constructor(context: ProbeContext) {
    this.#context = context;
    const { runtime, probe } = context;
    this.#endMs = runtime.clock.nowMs() + (probe.seconds ?? PROBE_DEFAULTS.seconds) * 1_000;
  }

  async run(): Promise<ProbeFigures> {
    const telling = this.#tellProgress();
    try {
      await Promise.all([
        this.#untilTheEnd((session) => this.#exchangeMessages(session)),
        this.#untilTheEnd((session) => this.#transfer(session)),
      ]);
    } finally {
      this.#isOver = true;
    }
    await telling;
    check(this.#transfers > 0 && this.#messages > 0, "at least one transfer and one message to come through");
    return this.#figures();
  }

  async #untilTheEnd(work: (session: BusSession) => Promise<void>): Promise<void> {
    const { clock } = this.#context.runtime;
    while (clock.nowMs() < this.#endMs && !this.#isOver) {
      const session = await this.#liveSession();
      try {
        await work(session);
      } catch (error) {
        // What a session took with it begins again on the next one. On a session that lives it is a fault.
        if (!(error instanceof BusError) || session.end === undefined) {
          this.#isOver = true;
          throw error;
        }
      }
    }
  }

  /** Both kinds of work share a session; who finds first that it has ended dials the next one. */
  async #liveSession(): Promise<BusSession> {
    if (this.#current !== undefined && this.#current.end === undefined) return this.#current;
    return await (this.#dialling ??= this.#dial());
  }

  async #dial(): Promise<BusSession> {
    if (this.#current !== undefined) {
      this.#before = sum(this.#before, countsOf(this.#current));
      this.#current = undefined;
      this.#redials += 1;
    }
    this.#current = await this.#context.session();
    this.#dialling = undefined;
    return this.#current;
  }

  async #exchangeMessages(session: BusSession): Promise<void> {
    const { probe, crypto } = this.#context;
    const stream = await session.open(CONTROL_SERVICE, 0);
    const client = new ControlClient(stream, crypto);
    for (let index = 0; index < (probe.messages ?? PROBE_DEFAULTS.messages) && !this.#isOver; index += 1) {
      await client.exchange(testContent(index, 0, PAYLOAD_BYTES));
      this.#messages += 1;
    }
    stream.finish();
    check((await stream.read()) === undefined, "the daemon to end the control stream");
  }

  async #transfer(session: BusSession): Promise<void> {
    const { probe, crypto } = this.#context;
    const lengthBytes = probe.bytes ?? PROBE_DEFAULTS.bytes;
    // Other content each time: what was left over from the last transfer would show.
    const seed = (2 * this.#transfers) >>> 0;
    await transferBothWays(session, seed, lengthBytes, crypto);
    this.#transfers += 1;
    this.#bytesEachWay += lengthBytes;
  }

  async #tellProgress(): Promise<void> {
    const { clock } = this.#context.runtime;
    while (!this.#isOver) {
      await sleep(clock, PROGRESS_MS);
      if (!this.#isOver) this.#context.onProgress(this.#figures());
    }
  }

  #figures(): ProbeFigures {
    const packets = this.#current === undefined ? this.#before : sum(this.#before, countsOf(this.#current));
    return {
      transfers: this.#transfers,
      bytesEachWay: this.#bytesEachWay,
      messages: this.#messages,
      redials: this.#redials,
      ...packets,
    };
  }
}

interface PacketCounts {
  readonly packetsSent: number;
  readonly retransmittedPackets: number;
  readonly lostPackets: number;
}

function countsOf(session: BusSession): PacketCounts {
  const { counters, recovery } = session.stats().connection as Partial<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  return {
    packetsSent: Number(counters?.["packetsSent"] ?? 0),
    retransmittedPackets: Number(counters?.["retransmittedPackets"] ?? 0),
    lostPackets: Number(recovery?.["lost"] ?? 0),
  };
}

function sum(left: PacketCounts, right: PacketCounts): PacketCounts {
  return {
    packetsSent: left.packetsSent + right.packetsSent,
    retransmittedPackets: left.retransmittedPackets + right.retransmittedPackets,
    lostPackets: left.lostPackets + right.lostPackets,
  };
}
