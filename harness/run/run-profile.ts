import { guestKind } from "../guests/registry.ts";
import { Ladder } from "../markers/ladder.ts";
import { ladderSpec } from "../profiles/profile-ladder.ts";
import { concludeRun, openRun, startRun, writePlans, type RunPorts } from "./opened-run.ts";
import type { RunReporter } from "./request/run-reporter.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import type { RunResult } from "./result/run-result.ts";
import { ProfileScript } from "./script/profile-script.ts";

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
  const {
    loaded,
    seed,
    timeoutMs,
    scalesTimeout = false,
    isUnlimited = false,
    waitsForGdb = false,
    holdMs,
    without,
    replay,
    again,
    keepOnFailure,
    resultFiles = [],
  } = request;
  const { profile, manifest, cutAt } = loaded;
  const untilMarker = request.untilMarker || cutAt !== undefined;
  const opened = openRun(request);
  const { folder, clock } = opened;
  const ladder = new Ladder(
    ladderSpec(loaded, ({ guest }) => guestKind(guest).hasEventPort),
    manifest,
  );
  const heading = { profile: profile.name, seed, rungs: ladder.rungs };
  const script = new ProfileScript({
    ...{ folder: folder.path, profile, ladder, clock, timeoutMs, scalesTimeout, untilMarker, isUnlimited, holdMs },
    ...{ signal, without, reporter, heading },
  });
  writePlans(opened);
  reporter.started(heading);
  const { failure, finished, whereabouts } = await script.play((listener) =>
    startRun(opened, { equipment, ports, replay, waitsForGdb }, listener),
  );
  const { result } = await concludeRun(opened, {
    ...{ ladder, failure, finished, whereabouts, equipment, without, again, keepOnFailure, resultFiles },
    ...{ untilMarker, isPart: cutAt !== undefined, isReplay: replay !== undefined },
    ...{ requireEvidence: request.requireEvidence ?? false, gatherEvidence: ports.gatherEvidence },
    ...{ scale: script.scale, starvedMs: script.starvedMs, actions: script.actions },
  });
  for (const note of result.notes) reporter.note(heading, note);
  reporter.ended(heading, result);
  return result;
}
