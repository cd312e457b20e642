/**
 * Every rule there is, in the order in which they speak: a run that several contradict gets its code from the first. Markers
 * (`fixtures/markers.toml`) and profiles name them by id. Each stands in the file of its id.
 */
import { bulkContentRule } from "./bulk-content.ts";
import { canaryNotInClear } from "./canary-not-in-clear.ts";
import { captureComplete } from "./capture-complete.ts";
import { clocksAgree } from "./clocks-agree.ts";
import { cwndReacted } from "./cwnd-reacted.ts";
import { datagramSize } from "./datagram-size.ts";
import { endedByLiveness } from "./ended-by-liveness.ts";
import { ephemeralKeysFresh } from "./ephemeral-keys-fresh.ts";
import { everyPacketOpens } from "./every-packet-opens.ts";
import { everyPair } from "./every-pair.ts";
import { fallbackWithinDeadline } from "./fallback-within-deadline.ts";
import { faultsSeen } from "./faults-seen.ts";
import { gatewayAsPlanned } from "./gateway-as-planned.ts";
import { gatewayForgot } from "./gateway-forgot.ts";
import { handshakeToListedDevice } from "./handshake-to-listed-device.ts";
import { kernelCountersAgree } from "./kernel-counters-agree.ts";
import { listenerAnswers } from "./listener-answers.ts";
import { markerAfterWire } from "./marker-after-wire.ts";
import { noFragments } from "./no-fragments.ts";
import { noSessionTraffic } from "./no-session-traffic.ts";
import { noTcpPayload } from "./no-tcp-payload.ts";
import { noUdpSession } from "./no-udp-session.ts";
import { nothingElseOnTheWire } from "./nothing-else-on-the-wire.ts";
import { outageSurvived } from "./outage-survived.ts";
import { packetNumberUnique } from "./pn-unique.ts";
import { pingAnswered } from "./ping-answered.ts";
import { refusedHandshakeSeen } from "./refused-handshake-seen.ts";
import { retransmissionSeen } from "./retransmission-seen.ts";
import type { Rule } from "./rule.ts";
import { sameStreamBothEnds } from "./same-stream-both-ends.ts";
import { sessionOutlivedMapping } from "./session-outlived-mapping.ts";
import { strangersKeptOut } from "./strangers-kept-out.ts";
import { tcpBulkVolume } from "./tcp-bulk-volume.ts";
import { tcpSealedBothWays } from "./tcp-sealed-both-ways.ts";
import { twoWitnesses } from "./two-witnesses.ts";
import { udpBulkVolume } from "./udp-bulk-volume.ts";
import { udpHandshakeSeen } from "./udp-handshake-seen.ts";
import { udpSealedBothWays } from "./udp-sealed-both-ways.ts";

export const RULES: readonly Rule[] = [
  captureComplete,
  clocksAgree,
  datagramSize,
  noFragments,
  packetNumberUnique,
  everyPacketOpens,
  kernelCountersAgree,
  ephemeralKeysFresh,
  handshakeToListedDevice,
  bulkContentRule,
  retransmissionSeen,
  listenerAnswers,
  udpHandshakeSeen,
  refusedHandshakeSeen,
  udpSealedBothWays,
  udpBulkVolume,
  noTcpPayload,
  tcpSealedBothWays,
  tcpBulkVolume,
  noUdpSession,
  noSessionTraffic,
  canaryNotInClear,
  faultsSeen,
  cwndReacted,
  sameStreamBothEnds,
  outageSurvived,
  fallbackWithinDeadline,
  endedByLiveness,
  everyPair,
  markerAfterWire,
  pingAnswered,
  nothingElseOnTheWire,
  twoWitnesses,
  gatewayAsPlanned,
  gatewayForgot,
  sessionOutlivedMapping,
  strangersKeptOut,
];
