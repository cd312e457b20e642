import { bulk as honest } from "../../../guest/selftest/probes/bulk.ts";
import type { Probe } from "../../../guest/selftest/probes/probe.ts";

let turns = 0;

function spinForEver(): never {
  for (;;) turns = (turns + 1) % 1_000;
}

export const bulk: Probe = {
  ...honest,
  run: async ({ session }) => {
    await session();
    spinForEver();
  },
};
