/** One model, or a broken one, as a program that searches all of its states. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HostToolError, runTool } from "../../harness/host/host-tool.ts";
import type { Check } from "./models.ts";
import { readSearchReport, type SearchOutcome } from "./search-report.ts";

/** Bounds of a search; the largest of them needs a quarter of the memory. */
const MEMORY_MIB = 512;
const SEARCH_TIMEOUT_MS = 120_000;
const BUILD_TIMEOUT_MS = 120_000;
const MAX_DEPTH = 100_000;
/** Of the table of states, which grows no more: 2^20 places for half as many states. */
const TABLE_BITS = 20;
/** What spin says along a trail beside what the models print. */
const OF_SPIN = /^(ltl |spin: |Never claim moves)/;

/** The search found nothing but was cut short, or the verifier failed. */
export class NoVerdictError extends Error {
  override readonly name = "NoVerdictError";
  readonly code = "NO_VERDICT";
}

export class Verifier {
  readonly #source: string;
  readonly #folder: string;
  readonly #defines: readonly string[];

  /** @param root the project's @param model its name @param defines what makes it a broken one, if anything */
  constructor(root: string, model: string, defines: readonly string[], purpose: "verify" | "trail" = "verify") {
    this.#source = join(root, "docs/model", `${model}.pml`);
    this.#folder = join(root, "build/model", [model, ...defines, purpose].join("-"));
    this.#defines = defines.map((define) => `-D${define}`);
  }

  /** @param options of the compiler @throws HostToolError with what spin or the compiler said */
  async build(options: readonly string[]): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    const where = { cwd: this.#folder, timeoutMs: BUILD_TIMEOUT_MS };
    // spin writes its complaints on standard output, and ends with status 1.
    const said = await runTool(
      "bash",
      "bash",
      ["-c", '"$@" 2>&1 || echo "spin failed"', "_", "spin", ...this.#defines, "-a", this.#source],
      where,
    );
    if (/\b(syntax error|spin failed|Error:)/.test(said)) throw new HostToolError("spin", said);
    await runTool("gcc", "gcc", [...options, "-w", "-DNFAIR=3", `-DMEMLIM=${MEMORY_MIB}`, "-o", "pan", "pan.c"], where);
  }

  /** @throws NoVerdictError */
  async search({ property, kind }: Pick<Check, "property" | "kind">): Promise<SearchOutcome> {
    // A liveness property is violated by a circle, on which every process that can go on does.
    const mode = kind === "liveness" ? ["-a", "-f"] : [];
    const args = [...mode, `-m${MAX_DEPTH}`, `-w${TABLE_BITS}`, "-n", "-N", property];
    const report = await runTool("env", "coreutils", [join(this.#folder, "pan"), ...args], {
      cwd: this.#folder,
      timeoutMs: SEARCH_TIMEOUT_MS,
    });
    const verdict = readSearchReport(report);
    if (verdict === undefined) throw new NoVerdictError(`no verdict:\n${report}`);
    return verdict;
  }

  /** @returns what the models print along the counterexample that was found last */
  async trail(): Promise<readonly string[]> {
    const name = this.#source.split("/").at(-1) ?? "";
    const args = [...this.#defines, "-t", "-T", "-B", "-k", `${name}.trail`, this.#source];
    const told = await runTool("spin", "spin", args, { cwd: this.#folder, timeoutMs: SEARCH_TIMEOUT_MS });
    return told
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !OF_SPIN.test(line));
  }
}
