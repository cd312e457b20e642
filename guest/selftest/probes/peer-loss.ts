import { PROBE_DEFAULTS } from "../../../contract/configuration.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { sleep } from "../../bus/sessions/deadline.ts";
import { DEFAULT_TRANSPORT_PARAMETERS } from "../../core/index.ts";
import type { Clock } from "../../runtime/runtime.ts";
import { check, contentSeed, type Probe } from "./probe.ts";
import { transferBothWays } from "../../services/bulk/bulk-client.ts";

const SEED = 0x1055;
/** The idle timeout that both sides offer (dsoftbus-transport.md#5-acknowledgement-and-recovery); the mux gives up before it. */
const BOUND_MS = DEFAULT_TRANSPORT_PARAMETERS.idleTimeoutMs;
/** Repeats of CLOSE, and how late an emulated machine may notice. */
const SLACK_MS = 5_000;
const POLL_MS = 100;

/**
 * Bulk under way, the target's machine dies without a word: the session ends here, by liveness, within its bound. Whoever runs the
 * machines lets it die.
 */
export const peerLoss: Probe = {
  marker: MARKERS.peerLossOk,
  run: async ({ probe, configuration, runtime, crypto, session: getSession }) => {
    const session = await getSession();
    const { clock } = runtime;
    const seed = contentSeed(configuration, SEED);
    const transfer = transferBothWays(session, seed, probe.bytes ?? PROBE_DEFAULTS.bytes, crypto);
    const outcome = transfer.then(
      () => "complete",
      (error: unknown) => {
        if (error instanceof BusError) return error.detail;
        throw error;
      },
    );
    const [end, lastSignMs] = await Promise.all([session.closed, lastSignOfLife(session, clock)]);
    const silentMs = Math.round(clock.nowMs() - lastSignMs);
    const transferEnd = await outcome;
    check(transferEnd !== "complete", "the peer to be lost during the transfer, not after it");
    const isLiveness = end.name === "IDLE" || end.name === "PATH" || session.hasFallenSilent;
    check(end.by === "local" && isLiveness, `an end by liveness, not ${end.name} by ${end.by} (${end.reason})`);
    check(silentMs <= BOUND_MS + SLACK_MS, `an end within ${BOUND_MS} ms of the last sign of life, not ${silentMs}`);
    return { end: end.name, reason: end.reason, silentMs, boundMs: BOUND_MS };
  },
};

/** @returns when anything last arrived, to within `POLL_MS`, once the session has ended */
async function lastSignOfLife(session: BusSession, clock: Clock): Promise<number> {
  let hasEnded = false;
  void session.closed.then(() => (hasEnded = true));
  let seen = "";
  let lastMs = clock.nowMs();
  while (!hasEnded) {
    const { connection } = session.stats();
    const now = JSON.stringify(connection, ["largestReceivedPacketNumber", "deliveredBytes"]);
    if (now !== seen) lastMs = clock.nowMs();
    seen = now;
    await sleep(clock, POLL_MS);
  }
  return lastMs;
}
