import type { TraceSink } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";
import { CongestionSampler } from "./congestion-sampler.ts";

/** @param whole is told all that the core tells; the console gets samples of the congestion state alone */
export function traceTo(console: Console, whole?: TraceSink): TraceSink {
  const sampler = new CongestionSampler(console);
  if (whole === undefined) return sampler;
  return {
    event(...told) {
      sampler.event(...told);
      whole.event(...told);
    },
  };
}
