import { expect, test } from "vitest";
import type { NodeExit } from "../../worlds/live/node-exit.ts";
import { endingFinding, type JudgedEnding } from "./machine-ending.ts";

const KILLED: NodeExit = { kind: "signal", signal: "SIGKILL" };
const OFF: NodeExit = { kind: "guest-shutdown" };

test.each<[string, Omit<JudgedEnding, "node">, string]>([
  ["a power-off", { exit: OFF, expected: "power-off", isToBeKilled: false }, "confirmed"],
  ["a kill", { exit: KILLED, expected: "killed", isToBeKilled: true }, "confirmed"],
  [
    "a death of another signal",
    { exit: { kind: "signal", signal: "SIGSEGV" }, expected: "killed", isToBeKilled: true },
    "contradicted",
  ],
  ["a kill that met a machine that was off", { exit: OFF, expected: "killed", isToBeKilled: true }, "contradicted"],
  [
    "one that QEMU alone survived",
    { exit: { kind: "died-after-power-off", how: "SIGKILL" }, expected: "killed", isToBeKilled: true },
    "contradicted",
  ],
  [
    "an end of the harness's in place of a kill",
    { exit: { kind: "ended" }, expected: "killed", isToBeKilled: true },
    "contradicted",
  ],
  ["a kill that never came", { exit: OFF, expected: "power-off", isToBeKilled: true }, "contradicted"],
  [
    "a run that was cut before it",
    { exit: { kind: "ended" }, expected: "ended-by-us", isToBeKilled: true },
    "unavailable",
  ],
])("%s: %o", (_, ending, finding) => {
  expect(endingFinding([{ node: "a", ...ending }]).finding).toBe(finding);
});
