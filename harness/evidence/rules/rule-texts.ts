import { RULES } from "./index.ts";

/** The one rule whose source is QMP: only the run itself has it, so the run judges it (`harness/run/judge/machine-ending.ts`). */
export const MACHINE_ENDING_RULE = "machine-ending";
export const INIT_REPORT_RULE = "init-finished";

/** What processes told: only the run has their events (`harness/run/judge/told-finding.ts`). */
export const TOLD_RULE = "told-agrees";

/** The rules of the specification, all of them: the run has secrets and plan, so the run asks (`harness/run/judge/observe-run.ts`). */
export const OBSERVER_RULE = "observer";

/** What the switch did to each frame: the seed and the model of faults are the run's (`harness/run/judge/recomputed-faults.ts`). */
export const RECOMPUTED_FAULTS_RULE = "faults-recomputed";

/** Rules that ask for more than captures and counters; of the last three `harness/run/judge/work-rules.ts`. */
export const RULES_OF_THE_RUN: Readonly<Record<string, string>> = {
  [INIT_REPORT_RULE]:
    "Where a machine powered itself off, init reported to its end: counters of each namespace, processes apart and well ended, the planned source of randomness, of clocks and commands just what it was told to do, and of the ports that root found open those of the plan, none behind a shut gate.",
  [MACHINE_ENDING_RULE]:
    "Each machine ended as its profile says, by QMP and by QEMU's own end: powered off, ended by the harness, or killed by SIGKILL.",
  [TOLD_RULE]:
    "No process denies the run: no probe that failed, none that died, each marker by the process that it is of, no close that nobody sent.",
  [OBSERVER_RULE]:
    "Every session, opened by its handshake and one side's secrets and followed at both ends, keeps to the specification (`udpsec judge`).",
  [RECOMPUTED_FAULTS_RULE]:
    "What the switch did to each frame follows from the seed, and each frame that it delivered from one that was sent.",
  "control-beside-bulk":
    "Between the self-test and the daemon that it tests as many requests were answered as the profile asks for, on the highest priority, with less urgent bytes passing between one reply and the next: for each request 1/1024 of the workload's bulk, or 16 KiB.",
  "bulk-as-asked":
    "Between the same two the bulk was that of this run and this self-test, as long as the profile asks for, both ways, and both ends said that it is right.",
  "backpressure-reached":
    "Between the same two the writer filled the credit of a reader that had stopped, went on after it was released, and all of it was read.",
};

/** What each rule asserts, by id: all that a marker, a profile or a verdict can name. */
export const RULE_TEXTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(RULES.map(({ id, text }) => [id, text])),
  ...RULES_OF_THE_RUN,
};
