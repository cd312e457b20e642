import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { buildFolder } from "../host/package-assets.ts";
import { openRun } from "../run/opened-run.ts";
import { guestsOf } from "../run/request/equipment.ts";
import { keptAtMost } from "../run/result/kept-at-most.ts";
import { describePruned, pruneRuns } from "../run/result/prune-runs.ts";
import { machinesOf } from "../run/request/machine-needs.ts";
import { profileNameOf, profileOfTopology } from "./declare/profile-of-topology.ts";
import type { LabTopology } from "./declare/topology.ts";
import { LabError, misuse } from "./declare/lab-error.ts";
import { describeFailure, type LabResult } from "./live/lab-result.ts";
import type { LabEnvironment } from "./lab-environment.ts";
import { LabRun } from "./live/lab-run.ts";
import type { LabNode } from "./live/node.ts";

const SEED = /^[A-Za-z0-9._-]{1,64}$/;

/** Of a lab. */
export interface LabOptions {
  /** In the names of artifacts, unless the topology has a name. */
  readonly name?: string;
  /** Aborted when the test is over: machines end at once, and waits are given up. */
  readonly signal?: AbortSignal;
  /** Of the folders of artifacts. Default: `LOG_DIR`, else `build/runs` in the current folder (in a clone of this project: of the clone). */
  readonly runsFolder?: string;
  /** Told once, before anything boots: where the artifacts will be, and the seed. */
  readonly onOpened?: (run: { readonly artifactsFolder: string; readonly seed: string }) => void;
  /** The command that runs the test again; `UDPSEC_SEED=...` is put before it. */
  readonly again?: string;
}

/** Of one start. */
export interface LabStartOptions {
  /** Decides every fault of the network. Default: `UDPSEC_SEED`, else a new one; it is in the result. */
  readonly seed?: string | number;
  /** Default: KVM where it runs guests, else emulation. */
  readonly accelerator?: "auto" | "kvm" | "tcg";
}

/** The nodes of a topology, by its own keys. */
export type LabNodes<Topology extends LabTopology> = { readonly [Name in keyof Topology["nodes"]]: LabNode };

/**
 * One run, in the hands of a test: `start` once, then what the nodes can do, `begin` and `clear`, then `end`. It boots, listens and judges as
 * `udpsec test` does; what is expected, and when, the test says.
 *
 * However the test ends (a throw, `await using`, the end of the process, kill -9), no machine outlives it.
 */
export interface Lab extends AsyncDisposable {
  /**
   * Boots a topology; first what is missing is made (images; a minute, once), and a place on the host is waited for.
   *
   * @returns the nodes by name, when all of them run
   * @throws LabError `lab-in-thread`, `lab-topology`, `lab-misuse` if called twice, `lab-ended` if the test is over first; SetupError for what
   *   is missing on the host
   * @example
   * const { a } = await lab.start({ nodes: { a: { guest: "./mine.toml" } } }, { seed: 7 });
   */
  start<const Topology extends LabTopology>(topology: Topology, options?: LabStartOptions): Promise<LabNodes<Topology>>;
  /**
   * Does what the topology's `actions` name. It is written to the capture, and the faults count from here.
   *
   * @throws LabError `lab-misuse` before `start`, after `end`, or for a name that no action has
   * @example await lab.begin("cut"); await a.reach("link lost"); await lab.clear("cut");
   */
  begin(action: string): Promise<void>;
  /** Ends what `begin` began. @throws LabError `lab-misuse`; ActionError if it had not begun */
  clear(action: string): Promise<void>;
  /**
   * Ends the run: guests that can be told to end have 20 s for it. Then the run is judged: every marker that was printed against what the wire
   * shows. A run that was not ended is ended and judged when the lab is disposed of, and then failing it throws.
   *
   * @returns what it came to; a second call returns the same
   * @throws LabError `lab-misuse` before `start`
   * @example expect(await lab.end()).toConfirm("no-fragments");
   */
  end(): Promise<LabResult>;
}

/** A lab with what it needs of the world. */
export class OwnLab implements Lab {
  readonly #options: LabOptions;
  readonly #environment: LabEnvironment;
  readonly #isOver = new AbortController();
  #starting: Promise<unknown> | undefined;
  #run: LabRun | undefined;
  #leave: (() => Promise<void>) | undefined;
  #result: Promise<LabResult> | undefined;

  /** @throws LabError `lab-in-thread` */
  constructor(options: LabOptions, environment: LabEnvironment) {
    refuseThread(isMainThread);
    this.#options = options;
    this.#environment = environment;
    const { signal } = options;
    const onAbort = (): void => this.#interrupt(String(signal?.reason ?? "aborted"));
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  }

  async start<const Topology extends LabTopology>(
    topology: Topology,
    options: LabStartOptions = {},
  ): Promise<LabNodes<Topology>> {
    if (this.#starting !== undefined)
      throw misuse("the lab was started before", "one lab is one run: open another one");
    const nodes = this.#start(topology, options);
    this.#starting = nodes.catch(() => undefined);
    return Object.fromEntries(await nodes) as unknown as LabNodes<Topology>;
  }

  async #start(
    topology: LabTopology,
    { seed = seedOfEnvironment(), accelerator = "auto" }: LabStartOptions,
  ): Promise<ReadonlyMap<string, LabNode>> {
    this.#refuseIfOver();
    const seedText = String(seed);
    if (!SEED.test(seedText)) throw misuse(`${seedText} is no seed`, "up to 64 letters, digits, dots and dashes");
    const { name = "lab", again = "the test, with this seed", runsFolder } = this.#options;
    const declared = profileOfTopology(topology, profileNameOf(name));
    const { profile } = declared.loaded;
    const { signal } = this.#isOver;
    const { equip, portsFor, takeSlots, resultFiles } = this.#environment;
    const equipment = await equip({ guests: guestsOf([profile]), accelerator, announce: tell, signal });
    this.#leave = await takeSlots(machinesOf(profile), { announce: tell, signal });
    this.#refuseIfOver();
    const opened = openRun({
      ...{ loaded: declared.loaded, seed: seedText, takesAnyOrder: true },
      runsFolder: runsFolder ?? defaultRunsFolder(),
    });
    this.#options.onOpened?.({ artifactsFolder: opened.folder.path, seed: seedText });
    const run = new LabRun({
      ...{ declared, opened, equipment, resultFiles, ports: portsFor(equipment) },
      again: `UDPSEC_SEED=${seedText} ${again}`,
    });
    this.#run = run;
    try {
      await run.start();
    } catch (error) {
      await this.#end("at-once");
      throw error;
    }
    this.#refuseIfOver();
    return run.nodes;
  }

  async begin(action: string): Promise<void> {
    await this.#running().begin(action);
  }

  async clear(action: string): Promise<void> {
    await this.#running().clear(action);
  }

  async end(): Promise<LabResult> {
    this.#running();
    return this.#end(this.#isOver.signal.aborted ? "at-once" : "in-order");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isJudged = this.#result !== undefined;
    // Nobody waits for machines that are about to boot: they must not boot behind the back of the test.
    if (this.#run === undefined) this.#interrupt("its lab was disposed of");
    await this.#starting;
    if (this.#run === undefined) return this.#leave?.();
    const result = await this.#end(this.#isOver.signal.aborted ? "at-once" : "in-order");
    if (isJudged || result.passed) return;
    throw new LabError("lab-failed", describeFailure(result), `udpsec explain ${result.code}`);
  }

  #end(how: "in-order" | "at-once"): Promise<LabResult> {
    this.#result ??= this.#conclude(how);
    return this.#result;
  }

  async #conclude(how: "in-order" | "at-once"): Promise<LabResult> {
    try {
      return await this.#running().end(how);
    } finally {
      await this.#leave?.();
      const folder = this.#options.runsFolder ?? defaultRunsFolder();
      const told = describePruned(pruneRuns(folder, keptAtMost(process.env)));
      if (told !== undefined) tell(told);
    }
  }

  #interrupt(reason: string): void {
    this.#isOver.abort(reason);
    this.#run?.interrupt(reason);
    if (this.#run !== undefined) void this.#end("at-once").catch(() => undefined);
  }

  #refuseIfOver(): void {
    const { signal } = this.#isOver;
    if (!signal.aborted) return;
    const message = `the test ended before its machines ran: ${String(signal.reason)}`;
    throw new LabError("lab-ended", message, "await lab.start(...), within the time that the test has");
  }

  #running(): LabRun {
    if (this.#run === undefined) throw misuse("the lab was not started", "await lab.start(...) comes first");
    return this.#run;
  }
}

/** A step of set-up that does work: without a word a first test would seem to hang. */
function tell(line: string): void {
  process.stderr.write(`udpsec: ${line}\n`);
}

/** Machines die with the thread that starts them; threads of a test runner end whenever it likes, without a word. @throws LabError */
export function refuseThread(isMain: boolean): void {
  if (isMain) return;
  const message = "a lab can't be opened in a worker thread: machines are bound to the thread that starts them";
  throw new LabError("lab-in-thread", message, 'with vitest say pool: "forks" (its default) in the configuration');
}

function seedOfEnvironment(): string {
  const given = process.env["UDPSEC_SEED"] ?? "";
  return given === "" ? randomBytes(6).toString("hex") : given;
}

function defaultRunsFolder(): string {
  const given = process.env["LOG_DIR"] ?? "";
  return given === "" ? join(buildFolder(), "runs") : given;
}
