import { setTimeout as sleep } from "node:timers/promises";
import { suggestion } from "../../../contract/nearest-name.ts";
import { RULE_TEXTS } from "../../evidence/rules/rule-texts.ts";
import { canBeToldToEnd } from "../../guests/guest-kind.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import { within } from "../../host/supervised-child.ts";
import type { Ladder } from "../../markers/ladder.ts";
import { placeName, type RunFailure } from "../../markers/ladder-spec.ts";
import type { ProfileAction } from "../../profiles/action-schema.ts";
import { checkActionNode } from "../../profiles/check-actions.ts";
import { checkCapabilities } from "../../profiles/check-capabilities.ts";
import type { ResultFile } from "../../run/result/result-file.ts";
import { failureOfError } from "../../run/judge/failure-of-error.ts";
import { endingFailure } from "../../run/judge/machine-ending.ts";
import { concludeRun, startRun, writePlans, type OpenedRun, type RunPorts } from "../../run/opened-run.ts";
import type { Equipment } from "../../run/request/run-request.ts";
import { ActionScript } from "../../run/script/actions.ts";
import type { ConsoleLine } from "../../console/line-assembler.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import type { LiveListener, LiveRun } from "../../worlds/live/world.ts";
import type { DeclaredRun } from "../declare/profile-of-topology.ts";
import { LabError, misuse } from "../declare/lab-error.ts";
import { labResult, type LabResult } from "./lab-result.ts";
import { climbedLadder, openLadder, ToldByNode } from "./climbed-ladder.ts";
import { nodeOver, WatchedNode, type NodeAction, type NodeHand } from "./node.ts";

/** Self-tests that have printed what was waited for have so long to end. */
const SELFTESTS_END_MS = 10_000;
const LOOK_MS = 50;
/** Guests that can be told to end have so long for it; then they are ended. */
const ORDERLY_END_MS = 20_000;

export interface LabRunOptions {
  readonly declared: DeclaredRun;
  readonly opened: OpenedRun;
  readonly equipment: Equipment;
  readonly ports: RunPorts;
  readonly resultFiles: readonly ResultFile[];
  /** How it is run again. */
  readonly again: string;
}

/** One run of a lab: a listener that tells the test's handles what comes, and the hand that does what the test wants done. */
export class LabRun implements LiveListener, NodeHand {
  readonly nodes: ReadonlyMap<string, WatchedNode>;
  readonly #options: LabRunOptions;
  readonly #actions: ActionScript;
  readonly #living: LiveNode[] = [];
  readonly #begun = new Set<string>();
  readonly #ladder: Ladder;
  readonly #told: ReadonlyMap<string, ToldByNode>;
  #live: LiveRun | undefined;
  #failure: RunFailure | undefined;
  #ending: Promise<LabResult> | undefined;
  readonly #interrupted: Promise<void>;
  #isInterrupted = false;
  #giveUp: () => void = () => undefined;

  constructor(options: LabRunOptions) {
    const { declared, opened } = options;
    const { profile, manifest } = declared.loaded;
    this.#options = options;
    this.#interrupted = new Promise((resolve) => (this.#giveUp = resolve));
    this.#ladder = openLadder(declared.loaded);
    this.nodes = new Map(
      profile.node.map(({ name }) => [name, new WatchedNode(name, manifest, opened.clock, this)] as const),
    );
    this.#told = new Map(profile.node.map(({ name }) => [name, new ToldByNode()]));
    this.#actions = new ActionScript({
      ...{ actions: declared.actions, clock: opened.clock, folder: opened.folder.path },
      node: (name) => this.#living.find((node) => node.name === name),
      network: () => this.#live?.network,
      onStruck: () => undefined,
      onFailed: (failure) => this.#fail(failure),
      onDone: () => undefined,
    });
  }

  /** Resolves when every node runs. Rejects if one can't be started; the others still need `end`. */
  async start(): Promise<void> {
    const { opened, equipment, ports } = this.#options;
    writePlans(opened);
    this.#live = startRun(opened, { equipment, ports }, this);
    try {
      await this.#live.started;
    } catch (error) {
      this.#failure ??= failureOfError(error);
      throw error;
    }
  }

  /** @throws LabError `lab-misuse` for a name that no action has, or whose action has begun before */
  async begin(name: string): Promise<void> {
    const index = this.#named(name);
    if (this.#begun.has(name)) throw misuse(`${name} has begun before`, "an action begins once: name a second one");
    this.#begun.add(name);
    await this.#actions.perform(index);
  }

  /** @throws LabError `lab-misuse`; ActionError if it has not begun */
  async clear(name: string): Promise<void> {
    this.#named(name);
    await this.#perform({ kind: "clear", of: name });
  }

  async act(action: NodeAction): Promise<void> {
    const { profile } = this.#options.declared.loaded;
    const problems: string[] = [];
    const report = (_: readonly PropertyKey[], message: string): void => void problems.push(message);
    const alone = { ...profile, action: [action], evidence: [], marker: [] };
    checkActionNode(alone, action, report);
    checkCapabilities(alone, report);
    if (problems.length > 0)
      throw misuse(problems.join("; "), "docs/writing-a-profile.md tells what each guest can do");
    await this.#perform(action);
  }

  /** @param how in order, or at once: nobody waits for guests then. @returns what a second call returns too */
  end(how: "in-order" | "at-once"): Promise<LabResult> {
    this.#ending ??= this.#end(how);
    return this.#ending;
  }

  /** The test is over, whatever it waits for. */
  interrupt(reason: string): void {
    this.#isInterrupted = true;
    this.#giveUp();
    this.#live?.giveUpStart();
    this.#fail({ code: "interrupted", node: undefined, marker: undefined, detail: reason, atMs: this.#nowMs() });
    const why = new LabError(
      "lab-ended",
      `the test ended: ${reason}`,
      "the test runner's limit, or the user, ended it",
    );
    for (const node of this.nodes.values()) node.over(why);
  }

  joined(live: LiveNode): void {
    this.#living.push(live);
    this.nodes.get(live.name)?.joined(live);
  }

  broken(error: HarnessError): void {
    this.#fail(failureOfError(error));
    const why = new LabError("lab-ended", error.message, error.hint, { cause: error });
    for (const node of this.nodes.values()) node.over(why);
  }

  line(live: LiveNode, line: ConsoleLine): void {
    if (live.planned.plan.kind.console.bootSign?.test(line.text) === true) live.bootMs ??= line.atMs;
    const node = this.nodes.get(live.name);
    const told = this.#told.get(live.name);
    for (const step of this.#ladder.line(live.name, line)) {
      if (step.kind === "marker") {
        this.#printed(live.name, step.text);
        if (step.text !== line.text) node?.mended(step.text, line.atMs);
      }
      if (step.kind !== "rung") told?.add(step.kind === "marker" ? { ...line, text: step.text } : line);
      // It counts at the end, with the rest; but whoever waits for more need not wait.
      if (step.kind === "failure" && step.failure.code === "crashed")
        node?.silenced(nodeOver(live.name, `crashed (${step.failure.detail})`));
    }
    node?.line(line);
  }

  /** Noted on the switch's clock, where the evidence compares it with the frames. */
  #printed(node: string, text: string): void {
    const id = this.#options.declared.loaded.manifest.match(text)?.marker.id;
    if (id === undefined) return;
    this.#told.get(node)?.ids.add(id);
    this.#live?.network?.note(`${node}: ${text}`);
    this.#live?.network?.reached(placeName({ node, marker: id }));
  }

  unfinished(live: LiveNode, text: string): void {
    this.nodes.get(live.name)?.stands(text);
  }

  /** A marker is reached on the console; whether the event port tells the same is judged at the end. */
  event(): void {
    return undefined;
  }

  exited({ name, exit, expected }: LiveNode): void {
    if (exit === undefined) return;
    const failure = endingFailure(name, exit, expected);
    if (failure !== undefined) this.#fail(failure);
    this.nodes.get(name)?.over(nodeOver(name, `has ended (${failure?.detail ?? exit.kind})`));
  }

  async #end(how: "in-order" | "at-once"): Promise<LabResult> {
    if (how === "in-order") await this.#endInOrder();
    this.#actions.end();
    const finished = await (this.#live?.end() ?? Promise.resolve(nothingOf(this.#nowMs())));
    const over = new LabError("lab-ended", "the lab has ended", "wait for what is to come before lab.end()");
    for (const node of this.nodes.values()) node.over(over);
    return this.#conclude(finished);
  }

  /**
   * Whose own end is worth seeing gets to it: counters of the kernel and the last frames come with it. In the middle of a self-test nothing ends
   * in order: then the run is cut.
   */
  async #endInOrder(): Promise<void> {
    if (!(await this.#selftestsEnd())) return;
    const running = this.#living.filter(({ exit }) => exit === undefined);
    for (const node of running) {
      if (node.expected === "last-marker" || node.expected === "none") node.endAsMeant();
      // A machine that has only its own self-tests to serve is about to end by itself.
      else if (canBeToldToEnd(node.planned.plan.kind) && !(this.#living.length === 1 && selftestsOf(node) > 0))
        node.machine?.endInOrder();
    }
    const told = running.filter(
      ({ planned, expected }) => canBeToldToEnd(planned.plan.kind) || expected !== "power-off",
    );
    const ended = Promise.all(told.flatMap(({ machine }) => machine?.exited ?? []));
    await within(Promise.race([ended, this.#interrupted]), ORDERLY_END_MS);
  }

  /** The last marker of a self-test comes a moment before its end. @returns whether all have ended */
  async #selftestsEnd(): Promise<boolean> {
    const isOver = (): boolean =>
      this.#living.every((node) => node.exit !== undefined || node.endedSelftests >= selftestsOf(node));
    for (let waitedMs = 0; !isOver() && waitedMs < SELFTESTS_END_MS && !this.#isInterrupted; waitedMs += LOOK_MS)
      await sleep(LOOK_MS);
    return isOver() && !this.#isInterrupted;
  }

  async #conclude(finished: FinishedRun): Promise<LabResult> {
    const { opened, declared, equipment, ports, again, resultFiles } = this.#options;
    const { ladder, failures } = climbedLadder(declared.loaded, finished.nodes, this.#told);
    const { result, judged } = await concludeRun(opened, {
      ...{ finished, ladder, equipment, again, resultFiles, keepOnFailure: false },
      ...{ failure: this.#failure ?? failures[0], untilMarker: true, requireEvidence: false, needsRungs: false },
      ...{ scale: 1, starvedMs: {}, actions: this.#actions.struck, gatherEvidence: ports.gatherEvidence },
      consulted: Object.keys(RULE_TEXTS),
    });
    return labResult(result, judged, finished);
  }

  #named(name: string): number {
    if (this.#ending !== undefined) throw hasEnded();
    const { named } = this.#options.declared;
    const index = named.get(name);
    if (index !== undefined) return index;
    throw misuse(
      `the topology has no action ${name}${suggestion(name, named.keys())}`,
      "actions: { cut: partition(...) }",
    );
  }

  async #perform(action: ProfileAction): Promise<void> {
    const { actions } = this.#options.declared;
    if (this.#ending !== undefined) throw hasEnded();
    await this.#actions.perform(actions.push(action) - 1);
  }

  /** The first one names the run. */
  #fail(failure: RunFailure): void {
    this.#failure ??= failure;
  }

  #nowMs(): number {
    return this.#options.opened.clock.nowMs();
  }
}

function selftestsOf({ planned }: LiveNode): number {
  return planned.plan.node.processes.filter(({ kind }) => kind === "selftest").length;
}

function hasEnded(): LabError {
  return misuse("the lab has ended", "do what is to be done before lab.end()");
}

function nothingOf(endedMs: number): FinishedRun {
  return { nodes: [], ports: new Map(), fabricCapture: undefined, fabric: undefined, endedMs };
}
