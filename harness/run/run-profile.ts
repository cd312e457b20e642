import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import { guestKind } from "../guests/registry.ts";
import { Ladder } from "../markers/ladder.ts";
import type { RunFailure, LadderNote } from "../markers/ladder-spec.ts";
import { ArtifactFolder } from "./result/artifact-folder.ts";
import { startClock, type RunClock } from "../worlds/live/clock.ts";
import { checkEvidence } from "./judge/evidence-check.ts";
import { orderFailures } from "./judge/precedence.ts";
import { failureOfError } from "./judge/failure-of-error.ts";
import type { gatherEvidence } from "./judge/gather-evidence.ts";
import { isInOrder } from "../worlds/live/node-exit.ts";
import { QemuWorld } from "../worlds/qemu/qemu-world.ts";
import type { LiveRun, World } from "../worlds/live/world.ts";
import type { FinishedRun } from "../worlds/live/finished-run.ts";
import { planTopology, type Plan } from "../topology/plan.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { describeNode, makeResult, type ResultInput } from "./result/make-result.ts";
import type { NodeStarters } from "../worlds/live/node-session.ts";
import { ladderSpec } from "../profiles/profile-ladder.ts";
import type { Equipment, RunRequest } from "./request/run-request.ts";
import type { RunHeading, RunReporter } from "./run-reporter.ts";
import type { RunResult } from "./result/run-result.ts";
import { RunWatch, type WatchEnd, type WatchOptions } from "./script/profile-script.ts";
import { writeArtifacts } from "./result/write-artifacts.ts";

/** How a run touches the world; tests give their own machines. */
export interface RunPorts extends NodeStarters {
  readonly gatherEvidence: typeof gatherEvidence;
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
  return new ProfileRun(request, equipment, reporter, signal, ports).run();
}

interface Judged {
  readonly failures: readonly RunFailure[];
  readonly notes: readonly LadderNote[];
  readonly evidence: readonly EvidenceFinding[];
}

class ProfileRun {
  readonly #request: RunRequest;
  readonly #equipment: Equipment;
  readonly #reporter: RunReporter;
  readonly #ports: RunPorts;
  readonly #startedAt = new Date();
  readonly #folder: ArtifactFolder;
  readonly #clock: RunClock;
  readonly #plan: Plan;
  readonly #ladder: Ladder;
  readonly #heading: RunHeading;
  readonly #watch: RunWatch;
  readonly #world: World;
  #live: LiveRun | undefined;

  constructor(request: RunRequest, equipment: Equipment, reporter: RunReporter, signal: AbortSignal, ports: RunPorts) {
    const { profile, manifest } = request.loaded;
    this.#request = request;
    this.#equipment = equipment;
    this.#reporter = reporter;
    this.#ports = ports;
    this.#world = new QemuWorld(equipment, ports);
    this.#folder = ArtifactFolder.create(request.runsFolder, profile.name, request.seed, this.#startedAt);
    this.#clock = startClock();
    this.#plan = planTopology(topologyOfProfile(profile), request.seed);
    this.#ladder = new Ladder(
      ladderSpec(profile, ({ guest }) => guestKind(guest).hasEventPort),
      manifest,
    );
    this.#heading = { profile: profile.name, seed: request.seed, rungs: this.#ladder.rungs };
    const { timeoutMs, untilMarker, without } = request;
    const options: WatchOptions = { timeoutMs, untilMarker, signal, without, ...this.#hooks() };
    this.#watch = new RunWatch(this.#ladder, profile, options, this.#clock);
  }

  /** What the watch tells goes to the user, and to the network: its faults may wait for it, its capture shows it. */
  #hooks(): Pick<WatchOptions, "onRung" | "onLine" | "onAction"> {
    const { manifest } = this.#request.loaded;
    return {
      onRung: (rung) => {
        this.#live?.reached(rung.node, rung.marker);
        this.#reporter.rung(this.#heading, rung);
      },
      onLine: (node, text) => {
        if (manifest.match(text) !== undefined) this.#live?.note(`${node}: ${text}`);
      },
      onAction: (what) => this.#live?.note(what),
    };
  }

  async run(): Promise<RunResult> {
    this.#reporter.started(this.#heading);
    const { end, finished } = await this.#climb();
    const judged = await this.#judge(end, finished);
    const { profile, manifest } = this.#request.loaded;
    const { resultFiles = [] } = this.#request;
    const result = makeResult({
      ...judged,
      profile,
      seed: this.#request.seed,
      again: this.#request.again,
      setUp: setUpOf(this.#equipment),
      startedAt: this.#startedAt,
      rungs: this.#ladder.rungs,
      nodes: finished.nodes.map((node) => describeNode(node, this.#watch.bootTimes(node.name))),
      finished,
      scale: this.#watch.scale,
      evidenceMs: this.#clock.nowMs() - finished.endedMs,
      folder: this.#folder.path,
    });
    const written = await writeArtifacts(this.#folder, result, finished.nodes, { manifest, resultFiles });
    if (!written.passed && this.#request.keepOnFailure) this.#folder.keep();
    for (const note of written.notes) this.#reporter.note(this.#heading, note);
    this.#reporter.ended(this.#heading, written);
    return written;
  }

  /** From the first machine's start to the last one's end. */
  async #climb(): Promise<{ readonly end: WatchEnd; readonly finished: FinishedRun }> {
    const { replay } = this.#request;
    const options = { replay, keepsEvidence: true, clock: this.#clock, listener: this.#watch };
    const live = this.#world.start(this.#plan, { artifactsFolder: this.#folder.path, ...options });
    this.#live = live;
    let end: WatchEnd;
    let finished: FinishedRun;
    try {
      // A peer on the host may never listen, a machine never start: the deadline counts meanwhile, and the start is given up at it.
      const ended = this.#watch.wait();
      void ended.then(() => live.giveUpStart());
      await live.started;
      end = await ended;
    } catch (error) {
      end = { kind: "failed", failure: failureOfError(error) };
    } finally {
      this.#watch.close();
      finished = await live.end();
    }
    // What the last bytes said, after the outcome seemed known, counts as well.
    const { failure } = this.#watch;
    return { end: failure === undefined ? end : { kind: "failed", failure }, finished };
  }

  #counted(failures: readonly RunFailure[]): RunFailure[] {
    const { without } = this.#request;
    return failures.filter(({ code }) => without?.has(code) !== true);
  }

  /** First what ended the run, then what only the whole run can tell, then the evidence. */
  async #judge(end: WatchEnd, finished: FinishedRun): Promise<Judged> {
    const { profile, manifest } = this.#request.loaded;
    const endings = new Map(
      finished.nodes.map(({ name, exit }) => [name, isInOrder(exit) ? "in-order" : "cut-off"] as const),
    );
    const damage = new Map(finished.nodes.map(({ name, damage }) => [name, damage]));
    const late = this.#ladder.finish(endings, damage);
    const lost = finished.fabric?.captureLost ?? 0;
    const found = {
      ended: end.kind === "failed" ? [end.failure] : [],
      unknown: lost > 0 ? [captureLost(lost)] : [],
      ladder: late.failures,
    };
    const { rungs } = this.#ladder;
    try {
      const evidence = await this.#ports.gatherEvidence({ profile, manifest, rungs, finished });
      const failures = orderFailures({
        ...found,
        evidence: checkEvidence(evidence, rungs, profile.evidence, manifest),
      });
      return { failures: this.#counted(failures), notes: late.notes, evidence };
    } catch (error) {
      const known = orderFailures({ ...found, evidence: [] });
      return { failures: [...this.#counted(known), failureOfError(error)], notes: late.notes, evidence: [] };
    }
  }
}

function setUpOf({ accelerator, acceleratorReason, setupMs, kinds }: Equipment): ResultInput["setUp"] {
  const image = Object.fromEntries([...kinds.values()].flatMap(({ image: { origin } }) => Object.entries(origin)));
  return { accelerator, acceleratorReason, setupMs, image };
}

/** What the disk could not take in time is no finding about the guests, but nothing can be judged without it. */
function captureLost(records: number): RunFailure {
  const detail = `the disk was too slow: ${records} records of the switch's capture are lost`;
  return { code: "setup-failed", node: undefined, marker: undefined, detail, atMs: undefined };
}
