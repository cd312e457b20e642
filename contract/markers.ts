/**
 * The lines by which a guest claims to have done something. They are part of the product's interface: other tools look for them, so the
 * words do not change. Checked against `fixtures/markers.toml` by a test.
 */
export const MARKERS = {
  listenerUp: (port: number): string => `dsoftbus: udp-sec os listener up ${port}`,
  sessionOk: "dsoftbus: udp-sec os session ok",
  selectedUdpSec: "dsoftbusd: transport selected udp-sec",
  muxDataOk: "dsoftbus:mux data ok (udp-sec)",
  controlOk: "SELFTEST: udp-sec control ok",
  bulkOk: "SELFTEST: udp-sec bulk ok",
  backpressureOk: "SELFTEST: udp-sec backpressure ok",
  disabledFallbackTcp: "dsoftbus: udp-sec os disabled (fallback tcp)",
  fallbackOk: "SELFTEST: udp-sec fallback ok",
  rngBlocked: "dsoftbusd: network security blocked (rng unavailable)",
  rngGateOk: "SELFTEST: rng gate ok",
  identityRejectOk: "SELFTEST: identity reject ok",
  peerLossOk: "SELFTEST: peer loss ok",
} as const;
