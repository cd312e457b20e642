import { resolve } from "node:path";
import type { Replay } from "../fabric/link-table.ts";
import type { LoadedProfile } from "../profiles/load.ts";
import { freshNonce } from "../topology/identities.ts";
import { peerNamer } from "../topology/named-peers.ts";
import { planTopology, type Plan } from "../topology/plan.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { startClock, type RunClock } from "../worlds/live/clock.ts";
import type { Whereabouts } from "../worlds/live/whereabouts.ts";
import type { LiveListener, LiveRun } from "../worlds/live/world.ts";
import { QemuWorld, type WorldStarters } from "../worlds/qemu/qemu-world.ts";
import type { EndedRun, gatherEvidence } from "./judge/gather-evidence.ts";
import { judgeRun, type JudgedRun, type RunToJudge } from "./judge/judge-run.ts";
import { formatSecrets, OWNERS_ALONE, SECRETS_FILE } from "./judge/secrets-file.ts";
import { provenanceOf } from "./request/equipment-origin.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import { ArtifactFolder } from "./result/artifact-folder.ts";
import { describeNode, makeResult, type SetUp } from "./result/make-result.ts";
import { partiesOf } from "./result/parties.ts";
import { formatJudgePlan, formatPlan, JUDGE_PLAN_FILE, PLAN_FILE } from "./result/plan-file.ts";
import type { RunResult } from "./result/run-result.ts";
import { writeArtifacts } from "./result/write-artifacts.ts";

/** How a run touches the world; tests give their own. */
export interface RunPorts extends WorldStarters {
  readonly gatherEvidence: (run: EndedRun) => ReturnType<typeof gatherEvidence>;
}

/** What is asked for when a run is opened. */
export interface RunToOpen {
  readonly loaded: LoadedProfile;
  readonly seed: string;
  /** Default: a fresh one. */
  readonly nonce?: string;
  readonly runsFolder: string;
  /** Code decides while it lives what nodes are told. */
  readonly takesAnyOrder?: boolean;
}

/** A run with a folder, a clock and a plan, of which nothing has started: a profile opens one, and so does the body of a test. */
export interface OpenedRun {
  readonly loaded: LoadedProfile;
  readonly seed: string;
  readonly nonce: string;
  readonly startedAt: Date;
  readonly folder: ArtifactFolder;
  /** Runs from here on. */
  readonly clock: RunClock;
  readonly plan: Plan;
}

/** @throws HarnessError `artifacts-unwritable` */
export function openRun(asked: RunToOpen): OpenedRun {
  const { loaded, seed, nonce = freshNonce(), runsFolder, takesAnyOrder } = asked;
  const startedAt = new Date();
  const folder = ArtifactFolder.create(runsFolder, loaded.profile.name, seed, startedAt);
  const clock = startClock();
  const plan = planTopology(topologyOfProfile(loaded.profile, takesAnyOrder), { seed, nonce });
  return { loaded, seed, nonce, startedAt, folder, clock, plan };
}

/** Before anything starts: what was planned doesn't depend on what comes of it. */
export function writePlans({ folder, plan }: OpenedRun): void {
  folder.write(PLAN_FILE, formatPlan(plan));
  folder.write(JUDGE_PLAN_FILE, formatJudgePlan(plan));
}

/** The one way to boot. Whoever starts a run must `end` it. */
export function startRun(
  { folder, clock, plan }: OpenedRun,
  means: {
    readonly equipment: Equipment;
    readonly ports: RunPorts;
    readonly replay?: Replay | undefined;
    readonly waitsForGdb?: boolean;
  },
  listener: LiveListener,
): LiveRun {
  const { equipment, ports, replay, waitsForGdb = false } = means;
  const options = { artifactsFolder: folder.path, replay, waitsForGdb, keepsEvidence: true, clock, listener };
  return new QemuWorld(equipment, ports).start(plan, options);
}

/** What came of an opened run, and how it is to be judged. */
export interface RunToConclude
  extends
    Omit<RunToJudge, "profile" | "manifest" | "plan">,
    Pick<RunResult, "scale" | "starvedMs" | "actions">,
    Pick<RunRequest, "again" | "keepOnFailure" | "resultFiles"> {
  readonly equipment: Equipment;
  /** Where its nodes were when it was out of time. */
  readonly whereabouts?: readonly Whereabouts[];
}

/** Judges a run of which nothing is alive any more, and writes what it left. */
export async function concludeRun(
  opened: OpenedRun,
  ended: RunToConclude,
): Promise<{ readonly result: RunResult; readonly judged: JudgedRun }> {
  const { loaded, seed, nonce, startedAt, folder, clock, plan } = opened;
  const { profile, manifest, cutAt, path } = loaded;
  const {
    ladder,
    finished,
    equipment,
    again,
    scale,
    starvedMs,
    actions,
    resultFiles = [],
    keepOnFailure,
    whereabouts = [],
    ...expected
  } = ended;
  // Before it is judged: whatever comes of that, the captures can be opened.
  folder.write(SECRETS_FILE, formatSecrets(plan, finished.nodes), OWNERS_ALONE);
  const run = {
    ...(path === undefined ? {} : { profilePath: resolve(path) }),
    ...{ profile, seed, nonce, again, startedAt, finished, whereabouts, artifactsFolder: folder.path },
    ...{ scale, starvedMs, actions },
    ...{ setUp: setUpOf(equipment, plan, loaded), nodes: finished.nodes.map(describeNode) },
    ...{ parties: partiesOf(profile), cutAtPhase: cutAt },
  };
  const judged = await judgeRun({ ...expected, profile, manifest, ladder, finished, plan });
  const { consulted: _, ...told } = judged;
  const evidenceMs = clock.nowMs() - finished.endedMs;
  const named = (text: string): string => peerNamer(plan.topology, plan.nonce)(text);
  const result = makeResult({ ...run, ...told, rungs: ladder.rungs, evidenceMs, named });
  const written = await writeArtifacts(folder, result, finished.nodes, { manifest, resultFiles });
  if (!written.passed && keepOnFailure) folder.keep();
  return { result: written, judged };
}

/** Of the kinds that this run has; the batch may have others. */
function setUpOf({ setupMs, kinds, origin }: Equipment, plan: Plan, loaded: LoadedProfile): SetUp {
  const { nodes } = plan;
  const own = [...new Set(nodes.flatMap(({ kind }) => kinds.get(kind) ?? []))];
  const image = Object.fromEntries(own.flatMap(({ image: { origin } }) => Object.entries(origin)));
  const [{ accelerator = "tcg", acceleratorReason = "no machine" } = {}] = own;
  const reasons = new Set(own.map((one) => `${one.kind.name}: ${one.accelerator}, ${one.acceleratorReason}`));
  return {
    accelerator,
    acceleratorReason: reasons.size > 1 ? [...reasons].join("; ") : acceleratorReason,
    setupMs,
    image,
    provenance: provenanceOf(loaded, plan, origin),
  };
}
