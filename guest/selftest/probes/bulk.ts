import { PROBE_DEFAULTS } from "../../../contract/configuration.ts";
import { MARKERS } from "../../../contract/markers.ts";
import { transferBothWays } from "../../services/bulk/bulk-client.ts";
import { contentSeed, type Probe } from "./probe.ts";

const BULK_SEED = 0x5eed;

/** Content to the daemon and other content back, each compared byte by byte and by digest where it arrives. */
export const bulk: Probe = {
  marker: MARKERS.bulkOk,
  needsUdpSec: true,
  run: async ({ probe, configuration, runtime, crypto, session: getSession }) => {
    const session = await getSession();
    const startMs = runtime.clock.nowMs();
    const lengthBytes = probe.bytes ?? PROBE_DEFAULTS.bytes;
    await transferBothWays(session, contentSeed(configuration, BULK_SEED), lengthBytes, crypto);
    return { bytesEachWay: lengthBytes, transport: session.transport, durationMs: runtime.clock.nowMs() - startMs };
  },
};
