/** The limits of the configuration in the words of the rooms that keep them; what isn't configured keeps its default. */
import type { LimitsConfiguration } from "../../../contract/configuration.ts";
import {
  type AdmissionLimits,
  bucketLimits,
  DEFAULT_ADMISSION_LIMITS,
  DEFAULT_ENDPOINT_LIMITS,
  type EndpointLimits,
  HandshakeRate,
} from "../../core/index.ts";

export function endpointLimitsOf(limits: LimitsConfiguration = {}): EndpointLimits {
  const defaults = DEFAULT_ENDPOINT_LIMITS;
  return {
    ...defaults,
    connections: limits.connections ?? defaults.connections,
    bucketRatePerSecond: limits.handshakesPerSecond ?? defaults.bucketRatePerSecond,
    bucketBurst: limits.handshakeBurst ?? defaults.bucketBurst,
    halfOpenPerAddress: limits.halfOpenPerAddress ?? defaults.halfOpenPerAddress,
    receiveBudgetBytes: limits.receiveBudgetBytes ?? defaults.receiveBudgetBytes,
    sendBudgetBytes: limits.sendBudgetBytes ?? defaults.sendBudgetBytes,
  };
}

/** One for all sockets of a device, UDP and TCP. */
export function handshakeRateOf(limits?: LimitsConfiguration): HandshakeRate {
  return new HandshakeRate(bucketLimits(endpointLimitsOf(limits)));
}

export function tcpAdmissionLimitsOf(limits: LimitsConfiguration = {}): AdmissionLimits {
  return {
    unauthenticated: limits.tcpUnauthenticated ?? DEFAULT_ADMISSION_LIMITS.unauthenticated,
    perSource: limits.tcpUnauthenticatedPerAddress ?? DEFAULT_ADMISSION_LIMITS.perSource,
  };
}
