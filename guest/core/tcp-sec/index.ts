/** The door of the TCP fallback. */
export { AdmissionTable, DEFAULT_ADMISSION_LIMITS } from "./admission.ts";
export type { AdmissionLimits } from "./admission.ts";
export type { TcpSecAcceptPolicy, TcpSecPeer } from "./handshake.ts";
export { DEFAULT_TCP_SEC_LIMITS } from "./limits.ts";
export type { TcpSecLimits } from "./limits.ts";
export { TcpSecConnection } from "./tcp-sec-connection.ts";
export type { TcpSecOptions } from "./tcp-sec-options.ts";
export type { TcpSecEvent } from "./tcp-sec-event.ts";
export type { TcpSecStats } from "./tcp-sec-stats.ts";
