/** Every rule about the mux and its services, over either transport. */
import { muxCreditRule } from "./mux-credit.ts";
import { muxFramesRule } from "./mux-frames.ts";
import { muxStreamsRule } from "./mux-streams.ts";
import { bulkRule } from "./service-bulk.ts";
import { controlRule } from "./service-control.ts";
import { echoRule, mirrorRule } from "./service-echo.ts";
import { gateRule, sinkRule } from "./service-sink.ts";
import { statusRule } from "./service-status.ts";
import type { MuxRule, ServiceRule } from "../follow/mux-rule.ts";

export const MUX_RULES: readonly MuxRule[] = [muxFramesRule, muxStreamsRule, muxCreditRule];

export const SERVICE_RULES: readonly ServiceRule[] = [
  controlRule,
  bulkRule,
  sinkRule,
  gateRule,
  echoRule,
  mirrorRule,
  statusRule,
];
