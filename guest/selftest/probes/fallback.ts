import { MARKERS } from "../../../contract/markers.ts";
import { check, type Probe } from "./probe.ts";
import { backpressure } from "./backpressure.ts";
import { bulk } from "./bulk.ts";
import { control } from "./control.ts";

/** The three probes again, over a session that `auto` brought to tcp: nobody asked for tcp by name. */
export const fallback: Probe = {
  marker: MARKERS.fallbackOk,
  run: async (context) => {
    const session = await context.session();
    check(context.configuration.mode === "auto", `the mode to be auto, not ${context.configuration.mode}`);
    check(session.transport === "tcp", `a session over tcp, not ${session.transport}`);
    return {
      control: await control.run(context),
      bulk: await bulk.run(context),
      backpressure: await backpressure.run(context),
    };
  },
};
