/** `node scripts/run.mjs bench/sim.bench.ts [SCALE]`: virtual seconds for each real one and for each second of one core. */
import { benchSim } from "./sim-speed.ts";

const scale = Number(process.argv[2] ?? 1);
if (!(scale > 0)) {
  process.stderr.write("sim.bench: SCALE is a number above 0, such as 0.1 for a quick look\n");
  process.exit(2);
}
for (const { what, seeds, virtualSeconds, realSeconds, cpuSeconds, virtualPerReal, virtualPerCpu } of benchSim(scale)) {
  const times = `${virtualSeconds.toFixed(1)} virtual s in ${realSeconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of CPU)`;
  const rates = `${virtualPerReal.toFixed(0)} per real s, ${virtualPerCpu.toFixed(0)} per CPU s`;
  process.stdout.write(`${what}: ${seeds} seeds, ${times}: ${rates}\n`);
}
