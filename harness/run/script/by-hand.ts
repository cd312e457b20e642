import type { HandsOn } from "../../worlds/live/live-node.ts";
import type { StruckAction } from "./actions.ts";

/** What people did to the machines of a run while it went on: each kind of it once for each machine, for there are many keystrokes. */
export class ByHand {
  readonly #seen = new Set<string>();
  readonly #done: StruckAction[] = [];

  get done(): readonly StruckAction[] {
    return this.#done;
  }

  /** @returns undefined: it is known already */
  note(node: string, what: HandsOn, atMs: number): StruckAction | undefined {
    const words = `${what} ${node} by hand`;
    if (this.#seen.has(words)) return undefined;
    this.#seen.add(words);
    const struck = { what: words, atMs };
    this.#done.push(struck);
    return struck;
  }
}
