/**
 * Runs that are begun again at each change: a round is a list of stages, the quick ones first, and what fails keeps the rest waiting. A
 * change in the middle of a round ends it in order and begins the next.
 */

export interface WatchStage {
  readonly name: string;
  /** The command line, as somebody would type it. */
  readonly typed: string;
  /** Program first. */
  readonly command: readonly string[];
}

export interface StageRun {
  /** Its exit status. Never rejects. */
  readonly ended: Promise<number>;
  /** Ends it in order, or else by force. @returns once it has ended */
  readonly end: () => Promise<void>;
}

/** Why the next round begins, or none does. */
export type Wish = { readonly why: "again" | "quit" } | { readonly why: "changed"; readonly paths: readonly string[] };

export interface RoundPorts {
  /** Anew for each round. @throws what keeps the round from beginning, such as a profile that can't be read */
  readonly plan: () => readonly WatchStage[];
  readonly start: (stage: WatchStage) => StageRun;
  readonly say: (line: string) => void;
  readonly tellError: (error: unknown) => void;
  /** What is said of keys while nothing runs. */
  readonly keys: string;
}

const MAX_NAMED_PATHS = 3;

export class Rounds {
  readonly #ports: RoundPorts;
  /** What came last and nobody has acted on; changes add up. */
  #pending: Wish | undefined;
  #arrived: () => void = () => undefined;

  constructor(ports: RoundPorts) {
    this.#ports = ports;
  }

  /** From outside, at any time. */
  take(wish: Wish): void {
    this.#pending = combined(this.#pending, wish);
    this.#arrived();
  }

  /** @returns after `quit` */
  async run(): Promise<void> {
    let wish: Wish = { why: "again" };
    for (let round = 1; wish.why !== "quit"; round += 1) {
      this.#ports.say(`round ${round}${wish.why === "changed" ? `: changed ${pathsText(wish.paths)}` : ""}`);
      await this.#round();
      if (this.#pending === undefined) this.#ports.say(`waiting for a change${this.#ports.keys}`);
      await this.#arrival();
      wish = this.#pending ?? wish;
      this.#pending = undefined;
    }
  }

  async #round(): Promise<void> {
    const { plan, start, say, tellError } = this.#ports;
    let stages: readonly WatchStage[];
    try {
      stages = plan();
    } catch (error) {
      return tellError(error);
    }
    for (const stage of stages) {
      if (this.#pending !== undefined) return;
      say(`${stage.name}: ${stage.typed}`);
      const run = start(stage);
      const status = await Promise.race([run.ended, this.#arrival()]);
      if (status === undefined) {
        say(`${stage.name} is ended`);
        return run.end();
      }
      if (status !== 0) {
        const rest = stages.slice(stages.indexOf(stage) + 1).map(({ name }) => name);
        return say(
          `${stage.name} failed (exit status ${status})${rest.length === 0 ? "" : `; not run: ${rest.join(", ")}`}`,
        );
      }
    }
    say(`passed: ${stages.map(({ name }) => name).join(", ")}`);
  }

  /** @returns when there is a wish */
  async #arrival(): Promise<undefined> {
    if (this.#pending !== undefined) return;
    await new Promise<void>((resolve) => (this.#arrived = resolve));
  }
}

/** Nothing is louder than `quit`; a change says more than the wish for another round. */
function combined(before: Wish | undefined, wish: Wish): Wish {
  if (before?.why === "quit" || before === undefined || wish.why === "quit")
    return before?.why === "quit" ? before : wish;
  if (before.why !== "changed" || wish.why !== "changed") return before.why === "changed" ? before : wish;
  return { why: "changed", paths: [...new Set([...before.paths, ...wish.paths])] };
}

function pathsText(paths: readonly string[]): string {
  const named = paths.slice(0, MAX_NAMED_PATHS).join(", ");
  return paths.length <= MAX_NAMED_PATHS ? named : `${named} and ${paths.length - MAX_NAMED_PATHS} more`;
}
