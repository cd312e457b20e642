/** One side of the bare datagrams, in a process of its own. */
import { serveCalls } from "../sides/serve-calls.ts";
import { askForEver, openAnswering } from "./bare-sockets.ts";
import { processCost } from "./process-cost.ts";

let countAnswered = (): number => 0;

const calls = {
  answer: openAnswering,
  ask: async (ports: readonly number[]) => void (countAnswered = await askForEver(ports)),
  answered: () => countAnswered(),
  cost: processCost,
};
export type BareCalls = typeof calls;

serveCalls(calls);
