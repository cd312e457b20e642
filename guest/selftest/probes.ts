/** Every probe by name: a new one is a file in `probes/`, a name in the contract and an entry here. */
import type { ProbeName } from "../../contract/configuration.ts";
import type { Probe } from "./probing/probe.ts";
import { backpressure } from "./probes/backpressure.ts";
import { bulk } from "./probes/bulk.ts";
import { control } from "./probes/control.ts";
import { fallback } from "./probes/fallback.ts";
import { halfClose } from "./probes/half-close.ts";
import { identityReject } from "./probes/identity-reject.ts";
import { manyStreams } from "./probes/many-streams.ts";
import { peerLoss } from "./probes/peer-loss.ts";
import { reconnect } from "./probes/reconnect.ts";
import { reset } from "./probes/reset.ts";
import { rngGate } from "./probes/rng-gate.ts";

export const PROBES: Readonly<Record<ProbeName, Probe>> = {
  control,
  bulk,
  backpressure,
  fallback,
  "rng-gate": rngGate,
  "identity-reject": identityReject,
  "many-streams": manyStreams,
  reset,
  "half-close": halfClose,
  "peer-loss": peerLoss,
  reconnect,
};
