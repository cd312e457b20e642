import type { RungState } from "../../markers/ladder-spec.ts";
import type { MarkerPlace } from "../../markers/ladder-spec.ts";

/** One thing to type before a rung can be reached. */
export interface Typing {
  /** What the unfinished line ends with when the guest waits for it. */
  readonly prompt: RegExp;
  readonly text: string;
  /** Return behind it. */
  readonly enter: boolean;
  /** Not before this rung was reached, on whatever node. */
  readonly after?: MarkerPlace | undefined;
}

/** Types on one console: for the rung that is waited for, line by line, each when its prompt stands there. */
export class Typist {
  readonly #typings: ReadonlyMap<string, readonly Typing[]>;
  readonly #isReached: (place: MarkerPlace) => boolean;
  readonly #done = new Map<string, number>();
  /** The prompt that was answered still stands there until its line ends. */
  #isAnswered = false;

  /** @param typings by place on the ladder @param isReached whether a rung of the run was reached */
  constructor(typings: ReadonlyMap<string, readonly Typing[]>, isReached: (place: MarkerPlace) => boolean) {
    this.#typings = typings;
    this.#isReached = isReached;
  }

  /** A line of the console has ended: what stands there now is new. */
  lineEnded(): void {
    this.#isAnswered = false;
  }

  /**
   * @param waitingFor the rung that comes next @param unfinished what stands on the console without a line end
   * @returns what is to be typed now, undefined: nothing
   */
  next(waitingFor: Pick<RungState, "place"> | undefined, unfinished: string): Typing | undefined {
    if (waitingFor === undefined || this.#isAnswered) return undefined;
    const { place } = waitingFor;
    const typed = this.#done.get(place) ?? 0;
    const typing = this.#typings.get(place)?.[typed];
    if (typing === undefined || !typing.prompt.test(unfinished)) return undefined;
    if (typing.after !== undefined && !this.#isReached(typing.after)) return undefined;
    this.#done.set(place, typed + 1);
    this.#isAnswered = true;
    return typing;
  }
}
