import { expect, test } from "vitest";
import type { DecisionRecord } from "../../contract/impairment/index.ts";
import type { GatewayRecord } from "../fabric/gateway/gateway-record.ts";
import type { LoggedDecision } from "../fabric/decision-log.ts";
import { decisionProblems } from "./same-decisions.ts";

const drop = (index: number, flow = "udp", reason = "drop"): DecisionRecord => ({
  ...{ link: "a.0>b.0", flow, index, reason },
  ...{ atMs: 1, deliveries: [] },
});
const run = (decisions: readonly LoggedDecision[], exitCode: number | undefined = 0) => ({ exitCode, decisions });

test("the same decisions, as far as both runs sent", () => {
  expect(decisionProblems([run([drop(1), drop(3)]), run([drop(1), drop(3), drop(9)])])).toEqual([]);
});

test("another decision for the same frame of a flow is told", () => {
  expect(decisionProblems([run([drop(1), drop(3)]), run([drop(1), drop(2), drop(3, "udp", "corrupt")])])).toEqual([
    "run 2: a.0>b.0 udp #3: drop against corrupt",
    "run 2: a.0>b.0 udp #2: none against drop",
  ]);
});

test("runs that failed, logged nothing or share nothing don't pass for the same", () => {
  expect(decisionProblems([run([]), run([])])).toEqual([
    "run 1: no decision was logged",
    "run 2: no decision was logged",
  ]);
  expect(decisionProblems([run([drop(1)], 1), { exitCode: undefined, decisions: [drop(1)] }])).toEqual([
    "run 1: exit status 1",
    "run 2: exit status none",
  ]);
  expect(decisionProblems([run([drop(1)]), run([drop(1, "tcp")])])).toEqual([
    "run 2: no decision that the first run logged too",
  ]);
  expect(decisionProblems([run([drop(1)])])).toEqual(["1 runs: there is nothing to compare"]);
});

test("a gateway's ports are compared, those of hosts and the times of its mappings are not", () => {
  const mapped = (outside: string, more: Partial<GatewayRecord> = {}): GatewayRecord => ({
    ...{ gateway: "gw", mapping: "udp 10.24.0.1 #1", event: "mapped", inside: "10.24.0.1:40000", outside },
    ...{ sent: 0, received: 0, atMs: 1, ...more },
  });
  const first = run([mapped("10.24.1.254:50001"), mapped("10.24.1.254:50001", { event: "expired" })]);
  const same = run([mapped("10.24.1.254:50001", { inside: "10.24.0.1:40001" })]);
  expect(decisionProblems([first, same])).toEqual([]);
  expect(decisionProblems([first, run([mapped("10.24.1.254:50002")])])).toEqual([
    "run 2: gw udp 10.24.0.1 #1: mapped to 10.24.1.254:50001 against mapped to 10.24.1.254:50002",
  ]);
  const hole = (inside: string) => run([mapped(inside, { inside })]);
  expect(decisionProblems([hole("10.24.0.1:40000"), hole("10.24.0.1:40001")])).toEqual([]);
});
