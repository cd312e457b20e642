/**
 * Goodput on lossy paths of virtual time against the model of Reno (Mathis et al. 1997: sqrt(3/2) datagrams a round trip for each root of
 * the loss). Virtual time has no other work: the same seeds give the same figures on any machine.
 */
import { nativeCrypto } from "../guest/node/crypto/native.ts";
import { goodputMbps } from "../guest/sim/plan/outcome.ts";
import { findScenario } from "../guest/sim/scenarios/catalogue.ts";
import { withOverrides } from "../guest/sim/scenarios/overrides.ts";
import { runScenario } from "../guest/sim/world/run-scenario.ts";
import { CARRIED_BYTES } from "./bulk/packet-sizes.ts";
import { type BenchEffort, type BenchRow, type BenchTable, median } from "./table/table.ts";

const LOSSES = [0.001, 0.01, 0.05] as const;
const ROUND_TRIP_MS = 30;
const SEEDS = 9;
const QUICK_SEEDS = 3;
/** Long enough for a window that loss alone decides: hundreds of losses at the rarest. */
const BYTES_PER_LOSS = 400;

export function lossTable({ isQuick, announce }: BenchEffort): BenchTable {
  const rows = LOSSES.map((loss) => {
    announce(`loss: ${loss * 100} %`);
    return rowOf(loss, isQuick ? QUICK_SEEDS : SEEDS);
  });
  const title = `goodput on a path of ${ROUND_TRIP_MS} ms in virtual time, median over seeds, against Reno's model`;
  return { name: "loss", title, rows };
}

function rowOf(loss: number, seeds: number): BenchRow {
  const found = findScenario("transfer");
  if (found?.world !== "endpoint") throw new TypeError("no endpoint scenario transfer");
  const bytes = Math.min(16 * 1024 ** 2, Math.round((BYTES_PER_LOSS * CARRIED_BYTES) / loss));
  const scenario = withOverrides(found.scenario, { loss, delayMs: ROUND_TRIP_MS / 2, bytes });
  const rates: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { outcome } = runScenario(scenario, { seed, crypto: nativeCrypto });
    // The side that is sent to; the other gets a short answer.
    const [receiver] = [...outcome.sides].sort((left, right) => right.deliveredBytes - left.deliveredBytes);
    rates.push(receiver === undefined ? NaN : goodputMbps(receiver));
  }
  const modelMbps = ((CARRIED_BYTES * 8) / 1000 / ROUND_TRIP_MS) * Math.sqrt(1.5 / loss);
  const mbps = median(rates);
  return {
    what: `${loss * 100} % lost`,
    figures: { "Mbit/s": mbps, "model Mbit/s": modelMbps, "of the model": mbps / modelMbps },
  };
}
