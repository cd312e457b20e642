import { resolve } from "node:path";
import { guestKind } from "../guests/registry.ts";
import { Ladder } from "../markers/ladder.ts";
import { ladderSpec } from "../profiles/profile-ladder.ts";
import { freshNonce } from "../topology/identities.ts";
import { planTopology, type Plan } from "../topology/plan.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { startClock } from "../worlds/live/clock.ts";
import { QemuWorld, type WorldStarters } from "../worlds/qemu/qemu-world.ts";
import type { EndedRun, gatherEvidence } from "./judge/gather-evidence.ts";
import { judgeRun } from "./judge/judge-run.ts";
import type { RunReporter } from "./request/run-reporter.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import { ArtifactFolder } from "./result/artifact-folder.ts";
import { describeNode, makeResult, type SetUp } from "./result/make-result.ts";
import { partiesOf } from "./result/parties.ts";
import { formatJudgePlan, formatPlan, JUDGE_PLAN_FILE, PLAN_FILE } from "./result/plan-file.ts";
import type { RunResult } from "./result/run-result.ts";
import { formatSecrets, OWNERS_ALONE, SECRETS_FILE } from "./judge/secrets-file.ts";
import { writeArtifacts } from "./result/write-artifacts.ts";
import { ProfileScript } from "./script/profile-script.ts";

/** How a run touches the world; tests give their own. */
export interface RunPorts extends WorldStarters {
  readonly gatherEvidence: (run: EndedRun) => ReturnType<typeof gatherEvidence>;
}

/**
 * One run of one profile: start the machines, watch them climb their ladders, end them, then believe nothing without evidence.
 * Whatever goes wrong becomes a verdict with its artifacts; only a bug throws, and no machine outlives that either.
 */
export async function runProfile(
  request: RunRequest,
  equipment: Equipment,
  reporter: RunReporter,
  signal: AbortSignal,
  ports: RunPorts,
): Promise<RunResult> {
  const { loaded, seed, replay, timeoutMs, without, again, resultFiles = [] } = request;
  const { profile, manifest, cutAt } = loaded;
  const untilMarker = request.untilMarker || cutAt !== undefined;
  const { nonce = freshNonce() } = request;
  const startedAt = new Date();
  const folder = ArtifactFolder.create(request.runsFolder, profile.name, seed, startedAt);
  const clock = startClock();
  const plan = planTopology(topologyOfProfile(profile), { seed, nonce });
  const ladder = new Ladder(
    ladderSpec(loaded, ({ guest }) => guestKind(guest).hasEventPort),
    manifest,
  );
  const heading = { profile: profile.name, seed, rungs: ladder.rungs };
  const script = new ProfileScript({
    ...{ folder: folder.path, profile, ladder, clock, timeoutMs, untilMarker, signal, without, reporter, heading },
  });
  // Before anything starts: what was planned doesn't depend on what comes of it.
  folder.write(PLAN_FILE, formatPlan(plan));
  folder.write(JUDGE_PLAN_FILE, formatJudgePlan(plan));
  reporter.started(heading);
  const { failure, finished } = await script.play((listener) =>
    new QemuWorld(equipment, ports).start(plan, {
      ...{ artifactsFolder: folder.path, replay, keepsEvidence: true, clock, listener },
    }),
  );
  // Before it is judged: whatever comes of that, the captures can be opened.
  folder.write(SECRETS_FILE, formatSecrets(plan, finished.nodes), OWNERS_ALONE);
  const run = {
    ...(loaded.path === undefined ? {} : { profilePath: resolve(loaded.path) }),
    ...{ profile, seed, nonce, again, startedAt, finished, artifactsFolder: folder.path },
    ...{
      setUp: setUpOf(equipment, plan),
      nodes: finished.nodes.map(describeNode),
      scale: script.scale,
      actions: script.actions,
    },
    ...{ parties: partiesOf(profile), cutAtPhase: cutAt },
  };
  const judged = await judgeRun({
    ...{ profile, manifest, ladder, finished, plan, failure, without, gatherEvidence: ports.gatherEvidence },
    ...{ untilMarker, isPart: cutAt !== undefined },
    ...{ requireEvidence: request.requireEvidence ?? false, isReplay: replay !== undefined },
  });
  const evidenceMs = clock.nowMs() - finished.endedMs;
  const result = makeResult({ ...run, ...judged, rungs: ladder.rungs, evidenceMs });
  const written = await writeArtifacts(folder, result, finished.nodes, { manifest, resultFiles });
  if (!written.passed && request.keepOnFailure) folder.keep();
  for (const note of written.notes) reporter.note(heading, note);
  reporter.ended(heading, written);
  return written;
}

/** Of the kinds that this run has; the batch may have others. */
function setUpOf({ setupMs, kinds }: Equipment, { nodes }: Plan): SetUp {
  const own = [...new Set(nodes.flatMap(({ kind }) => kinds.get(kind) ?? []))];
  const image = Object.fromEntries(own.flatMap(({ image: { origin } }) => Object.entries(origin)));
  const [{ accelerator = "tcg", acceleratorReason = "no machine" } = {}] = own;
  const reasons = new Set(own.map((one) => `${one.kind.name}: ${one.accelerator}, ${one.acceleratorReason}`));
  return {
    accelerator,
    acceleratorReason: reasons.size > 1 ? [...reasons].join("; ") : acceleratorReason,
    setupMs,
    image,
  };
}
