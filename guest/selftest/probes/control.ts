import { PROBE_DEFAULTS } from "../../../contract/configuration.ts";
import { MARKERS } from "../../../contract/markers.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { CONTROL_SERVICE } from "../../services/control/control-codec.ts";
import { ControlClient } from "../../services/control/control-client.ts";
import { ECHO_SERVICE } from "../../services/echo/echo-server.ts";
import { equalBytes } from "../../services/messages/equal-bytes.ts";
import { testContent } from "../../../contract/test-content.ts";
import { check, contentSeed, type Probe } from "./probe.ts";

const LARGEST_PAYLOAD_BYTES = 512;
const BACKGROUND_PRIORITY = 7;
const BACKGROUND_SEED = 0xc0ffee;
/**
 * The bulk in the background keeps this share of the workload's bytes under way in both directions together: 1 KiB of 256 KiB. An
 * emulated machine moves few packets a second, and each request waits for what is already under way.
 */
const BACKGROUND_SHARE = 1 / 256;
const LARGEST_BACKGROUND_BYTES = 64 * 1024;

/** Requests on a stream of the highest priority while bulk runs on one of the lowest; every reply and every byte is checked. */
export const control: Probe = {
  marker: MARKERS.controlOk,
  needsUdpSec: true,
  run: async ({ probe, configuration, runtime, crypto, session: getSession }) => {
    const session = await getSession();
    const messages = probe.messages ?? PROBE_DEFAULTS.messages;
    const underWay = Math.ceil((probe.bytes ?? PROBE_DEFAULTS.bytes) * BACKGROUND_SHARE);
    const backgroundSeed = contentSeed(configuration, BACKGROUND_SEED);
    const background = new BackgroundBulk(session, backgroundSeed, Math.min(underWay, LARGEST_BACKGROUND_BYTES));
    const latenciesMs: number[] = [];
    const exchange = async (): Promise<void> => {
      const stream = await session.open(CONTROL_SERVICE, 0);
      const client = new ControlClient(stream, crypto);
      for (let index = 0; index < messages; index += 1) {
        const startMs = runtime.clock.nowMs();
        await client.exchange(testContent(contentSeed(configuration, index), 0, (index * 37) % LARGEST_PAYLOAD_BYTES));
        latenciesMs.push(runtime.clock.nowMs() - startMs);
      }
      background.stop();
      stream.finish();
      check((await stream.read()) === undefined, "the daemon to end the control stream");
    };
    await Promise.all([exchange(), background.run()]);
    latenciesMs.sort((left, right) => left - right);
    return {
      messages,
      transport: session.transport,
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      backgroundBytesEachWay: background.echoedBytes,
    };
  },
};

/** Content that goes to the daemon and back without a pause, until told to stop. */
class BackgroundBulk {
  readonly #session: BusSession;
  readonly #seed: number;
  readonly #underWayBytes: number;
  #isStopping = false;
  echoedBytes = 0;

  constructor(session: BusSession, seed: number, underWayBytes: number) {
    this.#session = session;
    this.#seed = seed;
    this.#underWayBytes = underWayBytes;
  }

  stop(): void {
    this.#isStopping = true;
  }

  async run(): Promise<void> {
    const stream = await this.#session.open(`${ECHO_SERVICE}/background`, BACKGROUND_PRIORITY);
    let sentBytes = this.#underWayBytes;
    await stream.write(testContent(this.#seed, 0, sentBytes));
    while (this.echoedBytes < sentBytes) {
      const bytes = await stream.read();
      check(bytes !== undefined, "the echo to go on");
      const isSame = equalBytes(bytes, testContent(this.#seed, this.echoedBytes, bytes.length));
      check(isSame, `the echo of bulk to bring what was sent, at byte ${this.echoedBytes}`);
      this.echoedBytes += bytes.length;
      if (this.#isStopping) continue;
      await stream.write(testContent(this.#seed, sentBytes, bytes.length));
      sentBytes += bytes.length;
    }
    stream.finish();
    check((await stream.read()) === undefined, "the daemon to end the echo");
  }
}

/** @param sorted ascending, not empty */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
