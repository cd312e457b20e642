/** The impairment model: the one part of the virtual world that the harness's real-time switch uses too. */
export { applyFlips } from "./decision.ts";
export type { DecisionRecord, DecisionSource, Delivery } from "./decision.ts";
export { flowName, udpSecPacketType } from "./frame-info.ts";
export type { FrameInfo, FrameProtocol } from "./frame-info.ts";
export type { FrameMatch } from "./frame-match.ts";
export { LinkImpairment } from "./link-impairment.ts";
export { checkLinkSpec } from "./check-link-spec.ts";
export { FAULT_KINDS } from "./fault-kinds.ts";
export type { Fault, FaultWindow, LinkSpec } from "./link-spec.ts";
export { ReplayedDecisions } from "./replayed-decisions.ts";
