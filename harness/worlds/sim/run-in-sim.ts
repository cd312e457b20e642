/** One profile with one seed in virtual time: same processes, same faults, same ladder, judged by the same matcher. */
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import { readableStack } from "../../host/readable-stack.ts";
import { Ladder } from "../../markers/ladder.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import { ladderSpec } from "../../profiles/profile-ladder.ts";
import { fabricSeed } from "../live/run-network.ts";
import { simPlanOf } from "./sim-plan.ts";
import { runSimProcess } from "./sim-process.ts";

export interface SimRunResult {
  readonly profile: string;
  readonly seed: string;
  readonly passed: boolean;
  /** What speaks against it: the ladder's codes, and `checker` for an invariant or a probe. */
  readonly failures: readonly { readonly code: string; readonly detail: string }[];
  /** Times are virtual. */
  readonly rungs: readonly RungState[];
  readonly virtualMs: number;
  readonly realMs: number;
  readonly traceHash: string;
}

/** @throws HarnessError `world-unsupported`, `bundle-failed`, `sim-run` */
export async function runInSim(loaded: LoadedProfile, seed: string, signal: AbortSignal): Promise<SimRunResult> {
  const { profile, manifest } = loaded;
  const plan = simPlanOf(profile, manifest);
  const startedMs = performance.now();
  const { path } = await bundleEntry(BUNDLES.simProfile);
  const said = await runSimProcess({ path, plan: JSON.stringify({ ...plan, seed: fabricSeed(seed) }), signal });
  const ladder = new Ladder(
    ladderSpec(loaded, () => false),
    manifest,
  );
  const about = { profile: profile.name, seed, rungs: ladder.rungs };
  if ("stuck" in said) {
    const { atMs, doing } = said.stuck;
    const failures = [{ code: "hung", detail: `virtual time got no further: its process ${doing}` }];
    const realMs = performance.now() - startedMs;
    return { ...about, passed: false, failures, virtualMs: atMs, traceHash: "none", realMs };
  }
  const { markers, last } = said;
  const failures: { code: string; detail: string }[] = [];
  for (const [number, { atMs, node, text }] of markers.entries()) {
    const [name = ""] = node.split("/");
    const steps = ladder.line(name, { number, text, atMs, cut: false });
    for (const step of steps) if (step.kind === "failure") failures.push(step.failure);
  }
  const endings = new Map(profile.node.map(({ name }) => [name, "in-order"] as const));
  failures.push(...ladder.finish(endings, new Map()).failures);
  if (last.failure !== null) failures.unshift({ code: "checker", detail: readable(last.failure) });
  return {
    ...{ ...about, passed: failures.length === 0, failures },
    ...{ virtualMs: last.virtualMs, traceHash: last.traceHash, realMs: performance.now() - startedMs },
  };
}

/** What the virtual world says of an error that nobody caught holds its stack. */
function readable(failure: string): string {
  return readableStack(failure).join("\n");
}
