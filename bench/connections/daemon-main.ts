/** The daemon of a crowd, in a process of its own: so that its heap and its processor time are its own. */
import type { Bus } from "../../guest/bus/bus.ts";
import { LOOPBACK } from "../device/device.ts";
import { serveCalls } from "../sides/serve-calls.ts";
import { type CrowdedBusOptions, makeCrowdedBus } from "./crowded-bus.ts";
import { processCost, settledMemory } from "./process-cost.ts";

let daemon: Bus | undefined;
let takenBytes = 0;

const calls = {
  listen: async (to: CrowdedBusOptions) => {
    daemon = makeCrowdedBus(to, (bytes) => (takenBytes += bytes));
    return await daemon.listen({ host: LOOPBACK, port: 0 });
  },
  sessions: () => daemon?.sessions.size ?? 0,
  cost: processCost,
  takenBytes: () => takenBytes,
  memory: settledMemory,
};
export type DaemonCalls = typeof calls;

serveCalls(calls);
