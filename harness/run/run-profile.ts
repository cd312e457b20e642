import type { HarnessError } from "../host/harness-error.ts";
import type { EvidenceFinding } from "../evidence/verdicts/evidence-finding.ts";
import { Ladder } from "../markers/ladder.ts";
import type { LadderFailure, LadderNote } from "../markers/ladder-spec.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";
import { ArtifactFolder } from "./artifact-folder.ts";
import { startClock, type RunClock } from "./clock.ts";
import { checkEvidence } from "./evidence-check.ts";
import { failureOfError } from "./failure-of-error.ts";
import type { gatherEvidence } from "./gather-evidence.ts";
import { isInOrder } from "./machine-ending.ts";
import { planMachine, planPeer, type PlannedNode } from "./machine-plan.ts";
import { describeNode, makeResult } from "./make-result.ts";
import { NodeSession, type NodeStarters } from "./node-session.ts";
import { ladderSpec, type Equipment, type RunRequest } from "./run-plan.ts";
import { RunNetwork } from "./run-network.ts";
import type { RunHeading, RunReporter } from "./run-reporter.ts";
import type { RunResult } from "./run-result.ts";
import { RunWatch, type WatchEnd, type WatchOptions } from "./watch-run.ts";
import { writeArtifacts } from "./write-artifacts.ts";

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
  readonly failures: readonly LadderFailure[];
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
  readonly #ladder: Ladder;
  readonly #heading: RunHeading;
  readonly #watch: RunWatch;
  readonly #sessions: NodeSession[] = [];
  /** Ports of daemons on the host, once they listen. */
  readonly #listening = new Map<string, number>();
  #network: RunNetwork | undefined;

  constructor(request: RunRequest, equipment: Equipment, reporter: RunReporter, signal: AbortSignal, ports: RunPorts) {
    const { profile, manifest } = request.loaded;
    this.#request = request;
    this.#equipment = equipment;
    this.#reporter = reporter;
    this.#ports = ports;
    this.#folder = ArtifactFolder.create(request.runsFolder, profile.name, request.seed, this.#startedAt);
    this.#clock = startClock();
    const hasEventPort = (name: string): boolean =>
      profile.node.some((node) => node.name === name && node.guest !== "busybox");
    this.#ladder = new Ladder(ladderSpec(profile, hasEventPort), manifest);
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
        this.#network?.reached(rung.node, rung.marker);
        this.#reporter.rung(this.#heading, rung);
      },
      onLine: (node, text) => {
        if (manifest.match(text) !== undefined) this.#network?.note(`${node}: ${text}`);
      },
      onAction: (what) => this.#network?.note(what),
    };
  }

  async run(): Promise<RunResult> {
    this.#reporter.started(this.#heading);
    const end = await this.#climb();
    const machineMs = this.#clock.nowMs();
    const judged = await this.#judge(end);
    const { profile, manifest } = this.#request.loaded;
    const { resultFiles = [] } = this.#request;
    const result = makeResult({
      ...judged,
      profile,
      request: this.#request,
      equipment: this.#equipment,
      startedAt: this.#startedAt,
      rungs: this.#ladder.rungs,
      nodes: this.#sessions.map((session) => describeNode(session, this.#watch.bootTimes(session.name))),
      sessions: this.#sessions,
      scale: this.#watch.scale,
      machineMs,
      evidenceMs: this.#clock.nowMs() - machineMs,
      fabric: this.#network?.stats,
      folder: this.#folder.path,
    });
    const written = await writeArtifacts(this.#folder, result, this.#sessions, { manifest, resultFiles });
    if (!written.passed && this.#request.keepOnFailure) this.#folder.keep();
    for (const note of written.notes) this.#reporter.note(this.#heading, note);
    this.#reporter.ended(this.#heading, written);
    return written;
  }

  /** From the first machine's start to the last one's end. */
  async #climb(): Promise<WatchEnd> {
    let sockets: string | undefined;
    let end: WatchEnd;
    try {
      sockets = await makeSocketFolder();
      // A peer on the host may never listen: the deadline counts while it is waited for.
      const ended = this.#watch.wait();
      // Nor does it wait for a machine that may never start.
      const over = new AbortController();
      void ended.then(() => over.abort());
      await this.#start(sockets, ended, over.signal);
      end = await ended;
    } catch (error) {
      end = { kind: "failed", failure: failureOfError(error) };
    } finally {
      this.#watch.close();
      for (const session of this.#sessions) session.endingByUs();
      await Promise.all(this.#sessions.map((session) => session.stop()));
      await this.#network?.stop();
      if (sockets !== undefined) removeSocketFolder(sockets);
    }
    // What the last bytes said, after the outcome seemed known, counts as well.
    const { failure } = this.#watch;
    return failure === undefined ? end : { kind: "failed", failure };
  }

  /** First the network, then peers on the host, whose ports the machines must know, then the machines, all at once. */
  async #start(socketFolder: string, ended: Promise<WatchEnd>, over: AbortSignal): Promise<void> {
    const { loaded, seed, replay } = this.#request;
    const { profile } = loaded;
    const onFailure = (error: HarnessError): void => this.#watch.fail(failureOfError(error));
    this.#network = await RunNetwork.start(profile, { seed, replay }, this.#folder.path, onFailure);
    for (const node of profile.node.filter(({ guest }) => guest === "host")) {
      const session = this.#add(planPeer({ profile, node, seed, ports: this.#listening }));
      await session.start(this.#ports, this.#folder.path, over);
      const port = await Promise.race([session.listeningPort, ended.then(() => undefined)]);
      // It ended instead, or the run did: the watch tells why.
      if (port === undefined) return;
      this.#listening.set(node.name, port);
    }
    const { accelerator, kinds } = this.#equipment;
    const surroundings = { socketFolder, fabricSocket: this.#network.socketPath, ports: this.#listening };
    const machines = profile.node
      .filter(({ guest }) => guest !== "host")
      .map((node) => {
        const equipped = kinds.get(node.guest);
        if (equipped === undefined) throw new RangeError(`no equipment for guest ${node.guest}`);
        return this.#add(planMachine({ profile, node, ...equipped, accelerator, seed, ...surroundings }));
      });
    // All of them, even if one can't start: what starts later must not outlive the run.
    const started = await Promise.allSettled(
      machines.map((session) => session.start(this.#ports, this.#folder.path, over)),
    );
    const failed = started.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #add(planned: PlannedNode): NodeSession {
    const session = new NodeSession(planned, this.#watch, this.#clock);
    this.#sessions.push(session);
    this.#watch.add(session);
    return session;
  }

  #counted(failures: readonly LadderFailure[]): LadderFailure[] {
    const { without } = this.#request;
    return failures.filter(({ code }) => without?.has(code) !== true);
  }

  /** First what ended the run, then what only the whole run can tell, then the evidence. */
  async #judge(end: WatchEnd): Promise<Judged> {
    const { profile, manifest } = this.#request.loaded;
    const endings = new Map(
      this.#sessions.map(({ name, exit }) => [name, isInOrder(exit) ? "in-order" : "cut-off"] as const),
    );
    const damage = new Map(this.#sessions.map(({ name, console }) => [name, console.events.damage]));
    const late = this.#ladder.finish(endings, damage);
    const failures = end.kind === "failed" ? [end.failure] : [];
    const lost = this.#network?.stats?.captureLost ?? 0;
    if (lost > 0) failures.push(captureLost(lost));
    failures.push(...late.failures.filter((failure) => !failures.some((known) => tellsTheSame(known, failure))));
    if (failures[0] !== undefined && IS_ABSENCE.has(failures[0].code))
      failures.sort((a, b) => explains(b) - explains(a));
    try {
      const evidence = await this.#ports.gatherEvidence({
        profile,
        manifest,
        rungs: this.#ladder.rungs,
        sessions: this.#sessions,
        ports: this.#listening,
        fabricCapture: this.#network?.capturePath,
      });
      failures.push(...checkEvidence(evidence, this.#ladder.rungs, profile.evidence, manifest));
      return { failures: this.#counted(failures), notes: late.notes, evidence };
    } catch (error) {
      return { failures: [...this.#counted(failures), failureOfError(error)], notes: late.notes, evidence: [] };
    }
  }
}

/** The same rung found missing when the machine ended and again when its console did. */
function tellsTheSame(known: LadderFailure, late: LadderFailure): boolean {
  const isMissing = late.code === "exited" || late.code === "missing";
  return known.node === late.node && known.marker === late.marker && (known.code === late.code || isMissing);
}

/** What the disk could not take in time is no finding about the guests, but nothing can be judged without it. */
function captureLost(records: number): LadderFailure {
  const detail = `the disk was too slow: ${records} records of the switch's capture are lost`;
  return { code: "setup-failed", node: undefined, marker: undefined, detail, atMs: undefined };
}

/** Something didn't come. What tore the console explains that better than the absence itself does. */
const IS_ABSENCE: ReadonlySet<string> = new Set(["exited", "missing", "hung", "silent"]);

function explains({ code }: LadderFailure): number {
  return code === "torn" || code === "channels-disagree" ? 1 : 0;
}
