/** What is told while cases run: a line for each that ends, and on a terminal one that moves. */
import type { Colors } from "../../report/colors.ts";
import type { ConformResult } from "../run/conform-result.ts";
import type { ConformCase } from "../stage/conform-case.ts";
import { resultText } from "./result-text.ts";

const DEFAULT_COLUMNS = 100;

export interface ProgressTerminal {
  readonly output: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly colors: Colors;
  /** A person looks at a screen that can be redrawn: what passed is counted there, and told no more. */
  readonly isLive: boolean;
  readonly total: number;
}

export class ConformProgress {
  readonly #terminal: ProgressTerminal;
  readonly #running = new Set<string>();
  #done = 0;
  #failed = 0;

  constructor(terminal: ProgressTerminal) {
    this.#terminal = terminal;
  }

  readonly started = ({ id }: ConformCase): void => {
    this.#running.add(id);
    this.#draw();
  };

  readonly ended = (result: ConformResult): void => {
    this.#running.delete(result.conformCase.id);
    this.#done += 1;
    if (result.verdict === "fail") this.#failed += 1;
    const { output, colors, isLive } = this.#terminal;
    if (isLive) output.write("\r\u001b[K");
    if (!isLive || result.verdict !== "pass" || result.replayed !== undefined) output.write(resultText(result, colors));
    this.#draw();
  };

  /** How many have ended, of how many. */
  get place(): string {
    return `${this.#done}/${this.#terminal.total}`;
  }

  /** The line that moves goes. */
  finish(): void {
    if (this.#terminal.isLive) this.#terminal.output.write("\r\u001b[K");
  }

  #draw(): void {
    const { output, isLive } = this.#terminal;
    if (!isLive) return;
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : "";
    const text = `${this.place}${failed}  ${[...this.#running].join("  ")}`;
    output.write(`\r\u001b[K${text.slice(0, (output.columns ?? DEFAULT_COLUMNS) - 1)}`);
  }
}
