import type { Probe } from "../../selftest/probe.ts";

// The control probe keeps its honest background: only the bulk probe lies.
export { transferBothWays } from "../../selftest/probes/bulk.ts";
export { DEFAULT_BULK_BYTES } from "../../selftest/probes/bulk.ts";

export const bulk: Probe = async ({ probe, session }) => {
  const { transport } = await session();
  return { bytesEachWay: probe.bytes ?? 0, transport, durationMs: 1 };
};
