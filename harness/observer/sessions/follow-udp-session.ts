/** A UDP session, followed at both of its ends. */
import { FindingLog } from "../follow/finding-log.ts";
import type { PacketRule } from "../follow/packet-rule.ts";
import { otherEnd, type End, type SessionFollower, type SessionPacket } from "../follow/session-packet.ts";
import type { SessionReport, UdpSessionSetup } from "../follow/session-packet.ts";
import { MUX_RULES, SERVICE_RULES } from "../rules/mux-rules.ts";
import { PACKET_RULES } from "../rules/packet-rules.ts";
import { EndJudge } from "./end-judge.ts";
import { MuxJudge, type MuxRuleSet } from "./mux-judge.ts";

export interface RuleSet extends MuxRuleSet {
  readonly packets: readonly PacketRule[];
}

export const ALL_RULES: RuleSet = { packets: PACKET_RULES, mux: MUX_RULES, services: SERVICE_RULES };

/** @param rules all, unless a test leaves some out */
export function followUdpSession(setup: UdpSessionSetup, rules: RuleSet = ALL_RULES): SessionFollower {
  const log = new FindingLog();
  const muxOf = (end: End): MuxJudge | undefined => (setup.above === "mux" ? new MuxJudge(end, rules, log) : undefined);
  const muxes: Readonly<Record<End, MuxJudge | undefined>> = {
    initiator: muxOf("initiator"),
    responder: muxOf("responder"),
  };
  const judgeOf = (end: End): EndJudge => new EndJudge(end, setup, rules.packets, log, muxes[end]);
  const judges: Readonly<Record<End, EndJudge>> = { initiator: judgeOf("initiator"), responder: judgeOf("responder") };
  /** An end without a tap is looked at where its packets arrive, and may know all that was sent to it. */
  const roles = ({ sender, place }: Pick<SessionPacket, "sender" | "place">) => ({
    isOwn: place === (setup.tapped[sender] ? "sent" : "delivered"),
    isHeard: place === (setup.tapped[otherEnd(sender)] ? "delivered" : "sent"),
  });
  return {
    take: (packet) => {
      const { isOwn, isHeard } = roles(packet);
      if (isOwn) judges[packet.sender].own(packet);
      if (isHeard) judges[otherEnd(packet.sender)].heard(packet);
    },
    unopened: (packet) => {
      if (roles(packet).isOwn) judges[packet.sender].unopened(packet);
    },
    end: (): SessionReport => {
      for (const judge of Object.values(judges)) judge.finish();
      return {
        findings: log.findings,
        leftOff: log.leftOff,
        ends: { initiator: judges.initiator.figures, responder: judges.responder.figures },
        services: [...(muxes.initiator?.figures() ?? []), ...(muxes.responder?.figures() ?? [])],
      };
    },
  };
}
