/** Judges a recorded run with the judge of real runs, all rules in force or some left out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OBSERVER_RULE, RECOMPUTED_FAULTS_RULE } from "../evidence/rules/rule-texts.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import type { RememberedKeys } from "../run/judge/remembered-keys.ts";
import { Manifest } from "../markers/manifest.ts";
import type { LoadedProfile } from "../profiles/load.ts";
import type { Profile } from "../profiles/schema.ts";
import { gatherEvidence } from "../run/judge/gather-evidence.ts";
import { WORK_RULES } from "../run/judge/work-rules.ts";
import type { Equipment, RunRequest } from "../run/request/run-request.ts";
import type { RunPorts } from "../run/opened-run.ts";
import { runProfile } from "../run/run-profile.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { SILENT_REPORTER } from "../run/request/run-reporter.ts";
import { playNetwork, playRecording } from "./played-machine.ts";
import type { RecordedRun } from "./recordings/recording.ts";

/** A played machine ends by itself; a sabotage that hangs must not hang the suite. */
const TIMEOUT_MS = 20_000;

/** Makes the evidence look for recovery in a run whose path lost nothing; what the switch did about it is not asked then. */
const LOSSY_PATH: Profile["network"] = {
  kind: "fabric",
  link: [{ from: "*", to: "*", bothWays: true, faults: [{ kind: "drop", probability: 0.05 }] }],
};

const ABOUT_FAULTS: readonly string[] = ["faults-seen", RECOMPUTED_FAULTS_RULE];

/**
 * The observer finds most lies about the wire too, so that nobody could see which rule of the evidence finds them without it. It has
 * liars of its own (harness/observer/sessions). Where nobody told a key, rules that stand on what it followed have nothing to go by.
 */
const OTHER_JUDGES = [OBSERVER_RULE];

const NO_IMAGE = { kernelPath: "none", initrdPath: "none", drives: [], origin: {} };

const EQUIPMENT: Equipment = {
  emulators: new Map(),
  kinds: new Map([
    [udpsecGuest, { kind: udpsecGuest, image: NO_IMAGE, accelerator: "tcg", acceleratorReason: "recorded" }],
  ]),
  setupMs: 0,
};

/**
 * @param without ids of evidence rules and verdict codes that don't count
 * @param history of ephemeral keys: with one the observer counts too
 * @returns the run's verdict
 */
export async function judgeRecorded(
  run: RecordedRun,
  without: ReadonlySet<string> = new Set(),
  history?: RememberedKeys,
): Promise<RunResult> {
  const unfollowed = run.loaded.profile.keyLog ? [] : Object.keys(WORK_RULES);
  const leftOut = new Set([...without, ...unfollowed, ...(history === undefined ? OTHER_JUDGES : [])]);
  const runsFolder = mkdtempSync(join(tmpdir(), "udpsec-played-"));
  const request: RunRequest = {
    loaded: profileWithout(run.loaded, leftOut),
    ...{
      seed: run.seed,
      nonce: run.nonce,
      timeoutMs: TIMEOUT_MS,
      untilMarker: false,
      runsFolder,
      keepOnFailure: false,
    },
    ...{ again: "npm run -s sabotage", without },
  };
  const ports: RunPorts = {
    startMachine: playRecording(run),
    startPeer: () => Promise.reject(new RangeError("no peer on the host was recorded")),
    startNetwork: playNetwork(run),
    gatherEvidence: async (ended) => {
      const network = run.lossy === true ? LOSSY_PATH : ended.profile.network;
      const finished = { ...ended.finished, endedMs: run.endedMs ?? Infinity };
      const findings = await gatherEvidence({ ...ended, finished, profile: { ...ended.profile, network } }, history);
      return findings.filter(({ rule }) => !leftOut.has(rule) && !(run.lossy === true && ABOUT_FAULTS.includes(rule)));
    },
  };
  try {
    return await runProfile(request, EQUIPMENT, SILENT_REPORTER, new AbortController().signal, ports);
  } finally {
    rmSync(runsFolder, { recursive: true, force: true });
  }
}

/** A rule that is left out confirms no marker either: nobody may ask for it. */
export function profileWithout({ profile, manifest }: LoadedProfile, without: ReadonlySet<string>): LoadedProfile {
  const kept = (rules: readonly string[]): string[] => rules.filter((rule) => !without.has(rule));
  const entries = manifest.markers.map((marker) => ({ ...marker, evidence: kept(marker.evidence) }));
  return { profile: { ...profile, evidence: kept(profile.evidence) }, manifest: new Manifest(entries) };
}
