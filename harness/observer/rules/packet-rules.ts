/** Every rule about packets of udp-sec. */
import { accusationRule } from "./accusation.ts";
import { acknowledgedArrivedRule } from "./acknowledged-arrived.ts";
import { acknowledgementDelayRule } from "./acknowledgement-delay.ts";
import { acknowledgementProvokedRule } from "./acknowledgement-provoked.ts";
import { acknowledgementSteadyRule } from "./acknowledgement-steady.ts";
import { closingRule } from "./closing.ts";
import { creditGrantedRule } from "./credit-granted.ts";
import { creditKeptRule } from "./credit-kept.ts";
import { deliveredArrivedRule } from "./delivered-arrived.ts";
import { deliveredNamedRule } from "./delivered-named.ts";
import { finalSizeRule } from "./final-size.ts";
import { flightRule } from "./flight.ts";
import { idleTimeoutRule } from "./idle-timeout.ts";
import { packetFormRule } from "./packet-form.ts";
import { packetNumberRule } from "./packet-number.ts";
import { packetOpensRule } from "./packet-opens.ts";
import { pathTimeoutRule } from "./path-timeout.ts";
import { probesSpacedRule } from "./probes-spaced.ts";
import { retransmissionRule } from "./retransmission.ts";
import { streamContentRule } from "./stream-content.ts";
import type { PacketRule } from "../follow/packet-rule.ts";

export const PACKET_RULES: readonly PacketRule[] = [
  packetFormRule,
  packetOpensRule,
  packetNumberRule,
  acknowledgedArrivedRule,
  acknowledgementSteadyRule,
  acknowledgementDelayRule,
  acknowledgementProvokedRule,
  deliveredArrivedRule,
  deliveredNamedRule,
  creditKeptRule,
  creditGrantedRule,
  streamContentRule,
  finalSizeRule,
  flightRule,
  retransmissionRule,
  probesSpacedRule,
  idleTimeoutRule,
  pathTimeoutRule,
  closingRule,
  accusationRule,
];
