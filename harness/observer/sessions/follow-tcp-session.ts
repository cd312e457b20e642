/** A TCP session, followed at both of its ends: the records of each direction come in their order. */
import { FindingLog } from "../follow/finding-log.ts";
import type { TcpRule, TcpWatch } from "../follow/tcp-rule.ts";
import {
  nothingSeen,
  otherEnd,
  type End,
  type EndFigures,
  type SessionRecord,
  type TimedPlace,
} from "../follow/session-packet.ts";
import type { TcpFollower, TcpSessionSetup } from "../follow/session-packet.ts";
import { MUX_RULES, SERVICE_RULES } from "../rules/mux-rules.ts";
import { TCP_RULES } from "../rules/tcp-rules.ts";
import { readTcpRecord } from "../wire/tcp-record.ts";
import { MuxJudge, type MuxRuleSet } from "./mux-judge.ts";

export interface TcpRuleSet extends MuxRuleSet {
  readonly records: readonly TcpRule[];
}

const ALL_TCP_RULES: TcpRuleSet = { records: TCP_RULES, mux: MUX_RULES, services: SERVICE_RULES };

/** @param rules all, unless a test leaves some out */
export function followTcpSession(setup: TcpSessionSetup, rules: TcpRuleSet = ALL_TCP_RULES): TcpFollower {
  const log = new FindingLog();
  const judgeOf = (end: End): TcpEndJudge => new TcpEndJudge(end, setup, rules, log);
  const judges: Readonly<Record<End, TcpEndJudge>> = {
    initiator: judgeOf("initiator"),
    responder: judgeOf("responder"),
  };
  const roles = ({ sender, place }: Pick<SessionRecord, "sender" | "place">) => ({
    isOwn: place === (setup.tapped[sender] ? "sent" : "delivered"),
    isHeard: place === (setup.tapped[otherEnd(sender)] ? "delivered" : "sent"),
  });
  return {
    take: (record) => {
      const { isOwn, isHeard } = roles(record);
      if (isOwn) judges[record.sender].own(record);
      if (isHeard) judges[otherEnd(record.sender)].heard(record);
    },
    ended: (sender, place, partialBytes, at) => {
      if (roles({ sender, place }).isOwn) judges[sender].ended(partialBytes, at);
    },
    end: () => ({
      findings: log.findings,
      leftOff: log.leftOff,
      ends: { initiator: judges.initiator.figures, responder: judges.responder.figures },
      services: [...judges.initiator.services(), ...judges.responder.services()],
    }),
  };
}

class TcpEndJudge {
  readonly figures: EndFigures = nothingSeen();
  readonly #watches: readonly TcpWatch[];
  readonly #mux: MuxJudge | undefined;

  constructor(end: End, { above, tapped, startedUs, lagUs }: TcpSessionSetup, rules: TcpRuleSet, log: FindingLog) {
    this.#mux = above === "mux" ? new MuxJudge(end, rules, log) : undefined;
    this.#watches = rules.records.map((rule) =>
      rule.watch({
        end,
        startedUs,
        lagUs,
        isAtOwnTap: tapped[end],
        speak: log.speaker(rule.id, end, rule.requirement),
      }),
    );
  }

  services(): ReturnType<MuxJudge["figures"]> {
    return this.#mux?.figures() ?? [];
  }

  own({ plaintext, file, number, atUs }: SessionRecord): void {
    const at: TimedPlace = { file, number, atUs };
    this.figures.packets += 1;
    const { value, malformed } = readTcpRecord(plaintext);
    if (malformed !== undefined) {
      for (const watch of this.#watches) watch.malformed?.(malformed, at);
      return;
    }
    for (const watch of this.#watches) watch.own?.(value, at);
    switch (value.kind) {
      case "DATA":
        this.figures.streamBytes += value.bytes.length;
        this.#mux?.own(value.bytes, at);
        break;
      case "FIN":
        this.figures.hasFinished = true;
        this.#mux?.finished(at);
        break;
      case "CLOSE":
        this.figures.close ??= { code: value.code, reason: value.reason };
        break;
      case "ACCEPT":
    }
  }

  heard({ plaintext, file, number, atUs }: SessionRecord): void {
    const { value } = readTcpRecord(plaintext);
    if (value === undefined) return;
    for (const watch of this.#watches) watch.heard?.(value, { file, number, atUs });
    if (value.kind === "DATA") this.#mux?.heard(value.bytes, { file, number });
  }

  /** @param partialBytes of a record: its TCP broke off, which no rule forbids */
  ended(partialBytes: number, at: TimedPlace): void {
    for (const watch of this.#watches) watch.ended?.(at);
    if (partialBytes > 0) this.figures.unjudged.push(`${partialBytes} bytes of a record that isn't whole`);
  }
}
