import { describe, expect, test } from "vitest";
import type { JudgedFinding } from "../observer/judging/judge-report.ts";
import { judgeLies, type ToldLie } from "./judge-lies.ts";

const [LIAR, HONEST, GUEST] = ["10.0.2.2:5001", "10.0.2.2:5000", "10.0.2.15:37024"];
const TOLD: readonly ToldLie[] = [
  { lie: undefined, sockets: [HONEST] },
  { lie: "byte-of-bulk-flipped", sockets: [LIAR] },
];

function findingOf(rule: string, socket?: string): JudgedFinding {
  const at = { file: "a-nic0.pcap", number: 7, requirement: "V-14", where: "services.md#bulk" };
  return { rule, end: "initiator", text: "it broke it", ...at, ...(socket === undefined ? {} : { socket }) };
}

describe("what the observer saw of lies", () => {
  test("each where it was told, and nothing else: nobody has to answer for anything", () => {
    expect(judgeLies({ findings: [findingOf("service-bulk", LIAR)] }, TOLD)).toEqual({ others: [], complaints: [] });
  });

  test("a lie that isn't seen, or is seen of somebody else", () => {
    const unseen = "the lie byte-of-bulk-flipped is not seen: nobody broke service-bulk";
    expect(judgeLies({ findings: [] }, TOLD).complaints).toEqual([unseen]);
    const elsewhere = judgeLies({ findings: [findingOf("service-bulk", HONEST)] }, TOLD);
    expect(elsewhere.complaints).toEqual([unseen, expect.stringContaining(`${HONEST} broke service-bulk`)]);
  });

  test("a rule that the liar breaks beside its lie", () => {
    const findings = [findingOf("service-bulk", LIAR), findingOf("flight", LIAR)];
    expect(judgeLies({ findings }, TOLD).complaints).toEqual([
      `${LIAR} broke flight without meaning to: it broke it (a-nic0.pcap, packet 7)`,
    ]);
  });

  test("what the guest breaks, and what nobody can be named for, is the run's", () => {
    const others = [findingOf("service-bulk", GUEST), findingOf("service-bulk")];
    const judged = judgeLies({ findings: [findingOf("service-bulk", LIAR), ...others] }, TOLD);
    expect(judged).toEqual({ others, complaints: [] });
  });
});
