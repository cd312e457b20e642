import { backpressure as honest } from "../../../guest/selftest/probes/backpressure.ts";
import type { Probe } from "../../../guest/selftest/probes/probe.ts";

export { ACCEPTED_LIMIT_BYTES } from "../../../guest/selftest/probes/backpressure.ts";

/** Opens no sink, fills no window, and calls that backpressure. */
export const backpressure: Probe = {
  ...honest,
  run: async ({ session }) => {
    const { transport } = await session();
    return { transport, acceptedBytes: 131_072, limitBytes: 327_680, totalBytes: 262_144 };
  },
};
