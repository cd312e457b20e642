import { CONTROL_SERVICE, ControlClient } from "../../bus/control-exchange.ts";
import { testContent } from "../../contract/test-content.ts";
import { check, type Probe } from "../probe.ts";
import { transferBothWays } from "./bulk.ts";

const DEFAULT_MESSAGES = 100;
const LARGEST_PAYLOAD_BYTES = 512;
/** What bulk moves at a time meanwhile: short enough to end soon after the last message. */
const BACKGROUND_BYTES = 64 * 1024;
const BACKGROUND_SEED = 0xc0ffee;

/** Requests on a stream of the highest priority while bulk keeps the lowest busy; every reply is checked. */
export const control: Probe = async ({ probe, runtime, crypto, session: getSession }) => {
  const session = await getSession();
  const messages = probe.messages ?? DEFAULT_MESSAGES;
  const latenciesMs: number[] = [];
  let isDone = false;
  let backgroundRounds = 0;
  const background = (async () => {
    for (; !isDone || backgroundRounds === 0; backgroundRounds += 1) {
      await transferBothWays(session, BACKGROUND_SEED + 2 * backgroundRounds, BACKGROUND_BYTES, crypto);
    }
  })();
  const exchange = (async () => {
    const stream = await session.open(CONTROL_SERVICE, 0);
    const client = new ControlClient(stream, crypto);
    for (let index = 0; index < messages; index += 1) {
      const startMs = runtime.clock.nowMs();
      await client.exchange(testContent(index, 0, (index * 37) % LARGEST_PAYLOAD_BYTES));
      latenciesMs.push(runtime.clock.nowMs() - startMs);
    }
    stream.finish();
    check((await stream.read()) === undefined, "the daemon to end the control stream");
    isDone = true;
  })();
  await Promise.all([exchange, background]);
  latenciesMs.sort((left, right) => left - right);
  return {
    messages,
    transport: session.transport,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    backgroundBytes: 2 * backgroundRounds * BACKGROUND_BYTES,
  };
};

/** @param sorted ascending, not empty */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
