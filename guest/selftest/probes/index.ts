/** Every probe by name: a new one is a file of this folder, a name in the contract and an entry here. */
import type { ProbeName } from "../../../contract/configuration.ts";
import type { Probe } from "./probe.ts";
import { backpressure } from "./backpressure.ts";
import { bulk } from "./bulk.ts";
import { control } from "./control.ts";
import { fallback } from "./fallback.ts";
import { halfClose } from "./half-close.ts";
import { identityReject } from "./identity-reject.ts";
import { manyStreams } from "./many-streams.ts";
import { peerLoss } from "./peer-loss.ts";
import { reconnect } from "./reconnect.ts";
import { reset } from "./reset.ts";
import { rngGate } from "./rng-gate.ts";
import { soak } from "./soak.ts";

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
  soak,
};
