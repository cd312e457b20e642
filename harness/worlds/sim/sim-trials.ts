/** One run of the virtual world that can be tried again with fewer decisions: a process of its own bundle, asked over a pipe. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { DecisionRecord } from "../../../contract/impairment/index.ts";
import { formatSimValues, type SimValues } from "../../../contract/sim-options.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import { HarnessError } from "../../host/harness-error.ts";

export interface SimTrials {
  readonly decisions: readonly DecisionRecord[];
  /** Of the run as the seed decides it; null: it passed. */
  readonly failure: string | null;
  /** @param kept indexes of decisions, all others undone @returns the failure, null if it passed */
  attempt(kept: readonly number[]): Promise<string | null>;
  end(): void;
}

/** @param values as given to `udpsec sim`: one scenario, one seed @throws HarnessError `sim-trial` */
export async function startSimTrials(values: SimValues): Promise<SimTrials> {
  const { path } = await bundleEntry(BUNDLES.simTrial);
  const child = spawn(process.execPath, [path, formatSimValues(values)], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = new Answers(child);
  const first = await answers.next();
  const decisions = first["decisions"];
  if (!Array.isArray(decisions)) throw trialError("its first answer holds no decisions");
  return {
    decisions: decisions as readonly DecisionRecord[],
    failure: failureIn(first),
    attempt: async (kept) => {
      child.stdin.write(`${JSON.stringify(kept)}\n`);
      return failureIn(await answers.next());
    },
    end: () => child.stdin.end(),
  };
}

/** Lines of JSON, one per question. */
class Answers {
  readonly #lines: AsyncIterator<string>;

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    child.stdin.on("error", () => undefined);
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<Readonly<Record<string, unknown>>> {
    const line = await this.#lines.next();
    if (line.done === true) throw trialError("the virtual world ended early");
    const value: unknown = JSON.parse(line.value);
    if (typeof value !== "object" || value === null) throw trialError("an answer is no object");
    return { ...value };
  }
}

function failureIn({ failure }: Readonly<Record<string, unknown>>): string | null {
  return typeof failure === "string" ? failure : null;
}

function trialError(what: string): HarnessError {
  return new HarnessError(
    "sim-trial",
    `the run can't be tried again: ${what}`,
    "udpsec sim --list shows the scenarios",
  );
}
