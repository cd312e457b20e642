import { clockLine, execLine } from "../../guests/control-line.ts";
import { placeName, type MarkerPlace, type RunFailure } from "../../markers/ladder-spec.ts";
import { actionTrigger, isLinkAction } from "../../profiles/action-links.ts";
import type { ProfileAction } from "../../profiles/action-schema.ts";
import type { RunClock } from "../../worlds/live/clock.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import type { LiveNetwork } from "../../worlds/live/world.ts";
import { ActionError } from "./action-error.ts";
import { execute } from "./execute.ts";

/** Something that was done to the run. */
export interface StruckAction {
  readonly what: string;
  /** On the run's clock, ms. */
  readonly atMs: number;
}

export interface ActionStage {
  readonly actions: readonly ProfileAction[];
  readonly clock: RunClock;
  /** Where commands run. */
  readonly folder: string;
  readonly node: (name: string) => LiveNode | undefined;
  readonly network: () => LiveNetwork | undefined;
  /** Told once of each, and of the end of those that end by themselves. */
  readonly onStruck: (struck: StruckAction) => void;
  readonly onFailed: (failure: RunFailure) => void;
  /** Told when nothing is left to be done. */
  readonly onDone: () => void;
}

/** What a profile does to its run, each at its marker or time: shown, written to the capture, and missed if it could not be done. */
export class ActionScript {
  readonly #stage: ActionStage;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #struck: StruckAction[] = [];
  /** Indexes of those that have not been done whole. */
  readonly #pending: Set<number>;
  /** Of those, the ones that have begun and will end by themselves. */
  readonly #ends = new Map<number, NodeJS.Timeout>();
  readonly #begun = new Set<number>();
  readonly #over = new AbortController();

  constructor(stage: ActionStage) {
    this.#stage = stage;
    this.#pending = new Set(stage.actions.keys());
  }

  get struck(): readonly StruckAction[] {
    return this.#struck;
  }

  get isPending(): boolean {
    return this.#pending.size > 0;
  }

  /** All nodes run: what is due by its time is done, what will be is waited for. */
  start(): void {
    this.#stage.actions.forEach((action, index) => {
      if (action.at !== undefined) this.#arm(index, action.at + (action.delay ?? 0) - this.#stage.clock.nowMs());
    });
  }

  reached(place: MarkerPlace): void {
    this.#stage.actions.forEach(({ after, delay = 0 }, index) => {
      if (after !== undefined && placeName(after) === placeName(place)) this.#arm(index, delay);
    });
  }

  /** Nothing is done any more, and nothing goes on. */
  end(): void {
    this.#over.abort();
    for (const timer of [...this.#timers, ...this.#ends.values()]) clearTimeout(timer);
  }

  /** @returns the first that was never done. A kill that never came is told by how its machine ended. */
  missed(): RunFailure | undefined {
    const index = [...this.#pending].find((at) => this.#stage.actions[at]?.kind !== "kill");
    const action = index === undefined ? undefined : this.#stage.actions[index];
    return action === undefined ? undefined : this.#failure(`${describe(action, this.#stage.actions)}: never done`);
  }

  /**
   * Does one now, because code asks for it. It must not wait for a marker or a time of its own.
   *
   * @throws ActionError, or what the machine says against it
   */
  async perform(index: number): Promise<void> {
    const action = this.#stage.actions[index];
    if (action === undefined) throw new RangeError(`no action ${index}`);
    await this.#act(action, index, describe(action, this.#stage.actions));
    this.#begun.add(index);
    this.#pending.delete(index);
  }

  #arm(index: number, delayMs: number): void {
    this.#timers.add(setTimeout(() => void this.#strike(index), Math.ceil(Math.max(0, delayMs))));
  }

  async #strike(index: number): Promise<void> {
    const action = this.#stage.actions[index];
    if (action === undefined) return;
    const what = describe(action, this.#stage.actions);
    try {
      await this.#act(action, index, what);
    } catch (error) {
      this.#failed(what, error);
      return;
    }
    if (this.#over.signal.aborted) return;
    this.#begun.add(index);
    const length = "length" in action ? action.length : undefined;
    if (length === undefined) this.#done(index);
    else
      this.#ends.set(
        index,
        setTimeout(() => void this.#endByItself(action, index, what), length),
      );
  }

  async #act(action: ProfileAction, index: number, what: string): Promise<void> {
    const { node: nodeOf, folder, actions } = this.#stage;
    const name = "node" in action ? action.node : undefined;
    const node = name === undefined ? undefined : nodeOf(name);
    if (name !== undefined && (node === undefined || node.exit !== undefined))
      throw new ActionError("the machine doesn't run");
    switch (action.kind) {
      case "kill":
        this.#tell(what);
        return node?.kill();
      case "pause":
        await node?.pause();
        return this.#tell(what);
      case "resume":
        // Told before: what the machine sends from now on is no longer sent by a paused one.
        this.#tell(what);
        await node?.resume();
        return this.#endedEarly((other) => other.kind === "pause" && other.node === action.node);
      case "reset":
        this.#tell(what);
        await node?.reset();
        // A small guest may be through before that is known, and the run with it.
        this.#pending.delete(index);
        return;
      case "send":
        return this.#type(node, action.text, action.enter, what);
      case "clock":
        return this.#type(node, clockLine(action.by), true, what);
      case "exec":
        if (node !== undefined) return this.#type(node, execLine(action.command), true, what);
        this.#tell(what);
        return execute(action.command, folder, this.#over.signal);
      case "partition":
      case "faults":
        this.#tell(what);
        return this.#stage.network()?.reached(actionTrigger(index, "begins"));
      case "forget": {
        this.#tell(what);
        if ((this.#stage.network()?.forget() ?? 0) === 0) throw new ActionError("the gateway had nothing to forget");
        return;
      }
      case "clear": {
        this.#tell(what);
        const cleared = actions.findIndex((other) => isLinkAction(other) && other.id === action.of);
        if (!this.#begun.has(cleared)) throw new ActionError("what it ends has not begun");
        this.#stage.network()?.reached(actionTrigger(cleared, "ends"));
        return this.#endedEarly((other) => other === actions[cleared]);
      }
    }
  }

  #type(node: LiveNode | undefined, text: string, enter: boolean, what: string): void {
    if (node?.machine?.type === undefined) throw new ActionError("nobody can type there");
    this.#tell(what);
    node.type(text, enter);
  }

  /** Another action ended it before its time. */
  #endedEarly(isIt: (action: ProfileAction) => boolean): void {
    for (const [index, timer] of this.#ends) {
      const action = this.#stage.actions[index];
      if (action === undefined || !isIt(action)) continue;
      clearTimeout(timer);
      this.#ends.delete(index);
      this.#pending.delete(index);
    }
  }

  async #endByItself(action: ProfileAction, index: number, what: string): Promise<void> {
    this.#ends.delete(index);
    this.#tell(`${what}: over`);
    try {
      if (action.kind === "pause") await this.#stage.node(action.node)?.resume();
      else this.#stage.network()?.reached(actionTrigger(index, "ends"));
      this.#done(index);
    } catch (error) {
      this.#failed(what, error);
    }
  }

  /** What the end of the run broke off was never done, no more. */
  #failed(what: string, error: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#stage.onFailed(this.#failure(`${what}: ${error instanceof Error ? error.message : String(error)}`));
  }

  #done(index: number): void {
    this.#pending.delete(index);
    this.#stage.onDone();
  }

  #tell(what: string): void {
    if (this.#over.signal.aborted) return;
    const struck = { what, atMs: this.#stage.clock.nowMs() };
    this.#struck.push(struck);
    this.#stage.network()?.note(`action: ${what}`);
    this.#stage.onStruck(struck);
  }

  #failure(detail: string): RunFailure {
    return { code: "action-missed", node: undefined, marker: undefined, detail, atMs: this.#stage.clock.nowMs() };
  }
}

/** @returns an action in a few words */
function describe(action: ProfileAction, all: readonly ProfileAction[]): string {
  switch (action.kind) {
    case "kill":
    case "pause":
    case "resume":
    case "reset":
      return `${action.kind} ${action.node}`;
    case "clock":
      return `clock of ${action.node}: ${clockLine(action.by)}`;
    case "send":
      return `send to ${action.node}: ${JSON.stringify(action.text)}`;
    case "exec":
      return `exec ${action.node === undefined ? "" : `in ${action.node}: `}${action.command.join(" ")}`;
    case "partition":
      return `partition ${action.from} | ${action.to}`;
    case "faults":
      return `faults ${action.from} ${action.bothWays ? "<>" : ">"} ${action.to}: ${action.faults.map(({ kind }) => kind).join(", ")}`;
    case "forget":
      return "forget: the gateway's mappings";
    case "clear": {
      const cleared = all.find((other) => isLinkAction(other) && other.id === action.of);
      return `clear ${cleared === undefined ? action.of : describe(cleared, all)}`;
    }
  }
}
