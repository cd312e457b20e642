/** The probes by name, and the marker that each earns. */
import type { ProbeName } from "../../contract/configuration.ts";
import { MARKERS } from "../../contract/markers.ts";
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

/** Probes that aren't here show in the events only. */
export const PROBE_MARKERS: Readonly<Partial<Record<ProbeName, string>>> = {
  control: MARKERS.controlOk,
  bulk: MARKERS.bulkOk,
  backpressure: MARKERS.backpressureOk,
  fallback: MARKERS.fallbackOk,
  "rng-gate": MARKERS.rngGateOk,
  "identity-reject": MARKERS.identityRejectOk,
  "peer-loss": MARKERS.peerLossOk,
};

/** Their markers say `udp-sec`: they are earned over it only. */
export const UDP_SEC_PROBES: ReadonlySet<ProbeName> = new Set(["control", "bulk", "backpressure"]);
