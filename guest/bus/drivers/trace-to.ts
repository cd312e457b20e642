import type { TraceSink } from "../../core/index.ts";
import type { Console } from "../../runtime/runtime.ts";
import { CongestionSampler } from "./congestion-sampler.ts";
import { QlogEvents } from "./qlog-events.ts";

/** @param qlogBytes so much of all that the core tells goes to the event port as well; undefined: its congestion state alone */
export function traceTo(console: Console, qlogBytes?: number): TraceSink {
  const sampler = new CongestionSampler(console);
  if (qlogBytes === undefined) return sampler;
  const events = new QlogEvents(console, qlogBytes);
  return {
    event(...told) {
      sampler.event(...told);
      events.event(...told);
    },
  };
}
