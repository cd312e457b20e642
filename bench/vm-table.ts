/** How long a machine takes from one rung of its ladder to the next: a real run of the profile udp-sec. */
import { execa } from "execa";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../harness/host/project-root.ts";
import type { BenchEffort, BenchTable } from "./table/table.ts";

const PROFILE = "udp-sec";
const DEADLINE_MS = 300_000;

/** What is read of a run's summary. */
interface RunSummary {
  readonly accelerator: string;
  readonly rungs: readonly { readonly text: string; readonly reachedMs?: number; readonly tookMs?: number }[];
}

export async function vmTable({ announce }: BenchEffort): Promise<BenchTable> {
  announce(`vm: a run of ${PROFILE}`);
  const folder = join(projectRoot(), "build/bench/vm");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { failed } = await execa(
    join(projectRoot(), "scripts/udpsec"),
    ["test", "--profile", PROFILE, "--output-dir", folder],
    { reject: false, timeout: DEADLINE_MS },
  );
  const title = `phases of a run of ${PROFILE}, from QEMU's start`;
  const run = readdirSync(folder).find((name) => name.startsWith(`${PROFILE}--`));
  if (failed || run === undefined) {
    return { name: "vm", title, rows: [{ what: PROFILE, figures: {}, failure: "the run did not pass" }] };
  }
  const summary = JSON.parse(readFileSync(join(folder, run, "summary.json"), "utf8")) as RunSummary;
  const rows = summary.rungs.map(({ text, reachedMs = NaN, tookMs = NaN }) => ({
    what: text,
    figures: { "at s": reachedMs / 1000, "took s": tookMs / 1000 },
  }));
  return { name: "vm", title: `${title} (${summary.accelerator})`, rows };
}
