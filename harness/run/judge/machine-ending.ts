import { MACHINE_ENDING_RULE } from "../../evidence/rules/rule-texts.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import { exitDetail, isInOrder, type ExpectedEnding, type NodeExit } from "../../worlds/live/node-exit.ts";

/** @returns a failure if a machine ended in a way that no ladder survives */
export function endingFailure(node: string, exit: NodeExit, expected: ExpectedEnding): RunFailure | undefined {
  const failure = (code: RunFailure["code"], detail: string): RunFailure => {
    return { code, node, marker: undefined, detail, atMs: undefined };
  };
  switch (exit.kind) {
    case "guest-shutdown":
    case "process-exit":
    case "ended":
      return undefined;
    case "guest-reset":
      return failure("crashed", "QMP: the guest reset itself (a kernel panic)");
    case "guest-panic":
      return failure("crashed", "QMP: the guest panicked");
    case "stopped":
      return failure("stopped", `QMP: the machine stands still (${exit.status})`);
    case "died-after-power-off":
      if (expected === "killed") return undefined;
      return failure(
        "stopped",
        `QEMU died (${exit.how}) after the guest's power-off: what it wrote last may be missing`,
      );
    case "control-lost":
      return failure("stopped", `QMP: ${exit.detail}`);
    case "flooded":
      return failure("flooded", exit.detail);
    case "signal":
      if (expected === "killed") return undefined;
      return failure("stopped", `QEMU died of ${exit.signal}`);
    case "error":
      return failure("stopped", `QEMU gave up with status ${exit.exitCode ?? "unknown"}: ${exitDetail(exit)}`);
  }
}

export interface JudgedEnding {
  readonly node: string;
  readonly exit: NodeExit;
  readonly expected: ExpectedEnding;
  /** The profile kills it. */
  readonly isToBeKilled: boolean;
}

/** @returns what QMP says about the ends of all machines, as evidence */
export function endingFinding(endings: readonly JudgedEnding[]): EvidenceFinding {
  const fits = endings.every(({ exit, expected, isToBeKilled }) => {
    // A kill that never came, or met a machine that had ended, shows nothing of what a death does.
    if (expected === "killed") return exit.kind === "signal" && exit.signal === "SIGKILL";
    if (expected === "power-off") return isInOrder(exit) && !isToBeKilled;
    if (expected === "last-marker" || expected === "none")
      return (exit.kind === "ended" || isInOrder(exit)) && !isToBeKilled;
    return exit.kind === "ended" || isInOrder(exit);
  });
  // Who was ended before it could power itself off has not shown that it would have.
  const isCut = endings.some(({ exit, expected }) => expected === "ended-by-us" && !isInOrder(exit));
  const saw = endings
    .map(({ node, exit, expected }) => `${node}: ${endingText(exit)} (expected ${expected})`)
    .join(", ");
  return {
    rule: MACHINE_ENDING_RULE,
    marker: undefined,
    finding: !fits ? "contradicted" : isCut ? "unavailable" : "confirmed",
    saw: `QMP: ${saw}`,
  };
}

function endingText(exit: NodeExit): string {
  return exit.kind === "signal" ? exit.signal : exit.kind;
}
