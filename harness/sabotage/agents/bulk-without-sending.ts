import { bulk as honest } from "../../../guest/selftest/probes/bulk.ts";
import type { Probe } from "../../../guest/selftest/probes/probe.ts";

export const bulk: Probe = {
  ...honest,
  run: async ({ probe, session }) => {
    const { transport } = await session();
    return { bytesEachWay: probe.bytes ?? 0, transport, durationMs: 1 };
  },
};
