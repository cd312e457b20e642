import type { LadderNote, RungState } from "../../markers/ladder-spec.ts";
import type { HeldRun, RunHeading, RunReporter } from "../../run/request/run-reporter.ts";
import { describeParties } from "../../run/result/parties.ts";
import { describePruned, type Pruned } from "../../run/result/prune-runs.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import type { Colors } from "../colors.ts";
import { formatFailure } from "../failure-block.ts";
import { formatHeld } from "../held-text.ts";
import { formatPassRate } from "../../history/confidence.ts";
import { seconds } from "../../host/seconds.ts";
import { formatRung } from "../rung-text.ts";
import { shortLines } from "../words/short-lines.ts";
import { formatStandings, formatVerdict } from "../words/standings-text.ts";
import type { CommandOutcome, ReporterTerminal } from "./reporter.ts";

/** A live line is redrawn this often: the time since the last rung must move. */
const REDRAW_INTERVAL_MS = 250;
const DEFAULT_COLUMNS = 100;
const SEPARATOR = " | ";

type ProgressOutput = ReporterTerminal["output"];

/** Lines as things happen: for logs, CI and pipes. */
class PlainProgress implements RunReporter {
  readonly #output: ProgressOutput;
  readonly #colors: Colors;
  /** Repeats show one line per run. */
  readonly #brief: boolean;

  constructor(output: ProgressOutput, colors: Colors, brief: boolean) {
    this.#output = output;
    this.#colors = colors;
    this.#brief = brief;
  }

  setup(line: string): void {
    this.line(this.#colors.dim(shortLines(`set-up  ${line}`)));
  }

  started({ profile, seed, rungs }: RunHeading): void {
    if (!this.#brief) this.line(`${this.#colors.strong(profile)}  seed ${seed}, ${rungs.length} rungs`);
  }

  rung({ profile }: RunHeading, rung: RungState): void {
    if (!this.#brief) this.line(shortLines(`${profile}  ${this.#colors.good("ok")}${formatRung(rung).slice(2)}`));
  }

  action({ profile }: RunHeading, { what, atMs }: Parameters<RunReporter["action"]>[1]): void {
    if (!this.#brief) this.line(shortLines(`${profile}  did ${(atMs / 1000).toFixed(3).padStart(8)} s  ${what}`));
  }

  debuggable({ profile }: RunHeading, { node, command }: { readonly node: string; readonly command: string }): void {
    this.line(`${profile}  ${node} stands still until gdb says continue:  ${command}`);
  }

  held({ profile }: RunHeading, held: HeldRun): void {
    this.line(formatHeld(profile, held, this.#colors));
  }

  note({ profile }: RunHeading, { node, code, detail }: LadderNote): void {
    this.line(shortLines(`${profile}  note: ${node}: ${code}: ${detail}`));
  }

  ended({ profile, seed }: RunHeading, result: RunResult): void {
    if (!result.passed) {
      this.line(formatFailure(result, this.#colors));
      return;
    }
    const spoke = new Set(result.evidence.flatMap(({ finding, rule }) => (finding === "unavailable" ? [] : rule))).size;
    const time = seconds(result.timing.machineMs + result.timing.evidenceMs);
    const counts = `${formatStandings(result.standings)}; ${spoke} rules spoke, ${result.accelerator}`;
    const shown = describeParties(result.parties);
    const about = shown === undefined ? counts : `${counts}; ${shown}`;
    this.line(`${this.#colors.good(formatVerdict(result))}  ${profile}  seed ${seed}  ${time}  (${about})`);
    if (!result.cut) return;
    const silent =
      result.silentRules.length === 0 ? "every rule spoke" : `could not speak: ${result.silentRules.join(", ")}`;
    this.line(this.#colors.dim(shortLines(`  cut at its last rung; ${silent}`)));
  }

  pruned(pruned: Pruned): void {
    const told = describePruned(pruned);
    if (told !== undefined) this.line(this.#colors.dim(told));
  }

  protected line(text: string): void {
    this.#output.write(`${text}\n`);
  }
}

/** The same lines, and below them one that moves: what each run waits for. */
class LiveProgress extends PlainProgress {
  readonly #screen: ProgressOutput;
  readonly #running = new Map<RunHeading, { waiting: number; sinceMs: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(output: ProgressOutput, colors: Colors, brief: boolean) {
    super(output, colors, brief);
    this.#screen = output;
  }

  override started(run: RunHeading): void {
    super.started(run);
    this.#running.set(run, { waiting: 0, sinceMs: performance.now() });
    // What is drawn must not keep a harness alive that has nothing left to do.
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_INTERVAL_MS).unref();
    this.#draw();
  }

  override rung(run: RunHeading, rung: RungState): void {
    super.rung(run, rung);
    const state = this.#running.get(run);
    if (state !== undefined) this.#running.set(run, { waiting: state.waiting + 1, sinceMs: performance.now() });
    this.#draw();
  }

  override ended(run: RunHeading, result: RunResult): void {
    this.#running.delete(run);
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    super.ended(run, result);
    this.#draw();
  }

  protected override line(text: string): void {
    this.#screen.write("\r\u001b[K");
    super.line(text);
  }

  #draw(): void {
    const parts = [...this.#running].map(([{ profile, rungs }, { waiting, sinceMs }]) => {
      const next = rungs[waiting]?.text ?? "power-off and evidence";
      return `${profile} ${waiting}/${rungs.length} ${seconds(performance.now() - sinceMs)}: ${next}`;
    });
    const columns = (this.#screen.columns ?? DEFAULT_COLUMNS) - 1;
    // Each run has its share of the line.
    const share = Math.max(1, Math.floor((columns + SEPARATOR.length) / Math.max(1, parts.length)) - SEPARATOR.length);
    const line = parts.map((part) => part.slice(0, share)).join(SEPARATOR);
    this.#screen.write(`\r\u001b[K${line.slice(0, columns)}`);
  }
}

/** Lines for a person: as runs get on, and the counts at the end. */
export const listReporter = {
  name: "list",
  live({ output, colors, isLive, isBrief }: ReporterTerminal): RunReporter {
    return new (isLive ? LiveProgress : PlainProgress)(output, colors, isBrief);
  },
  closing({ passed, failed, skipped, rates, results, runsFolder, isRepeated }: CommandOutcome): string {
    const machinesMs = results.reduce((sum, { timing }) => sum + timing.machineMs, 0);
    const artifacts = `artifacts: ${runsFolder}; machines ran ${seconds(machinesMs)}\n`;
    const about = isRepeated
      ? rates.map((rate) => `${rate.profile}: ${formatPassRate(rate.passed, rate.total)}\n`).join("")
      : artifacts;
    return `${isRepeated || results.length > 0 ? about : ""}${passed} passed, ${failed} failed, ${skipped} skipped\n`;
  },
};
