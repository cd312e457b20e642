/** Reports of finished runs, written where somebody asked for them. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { FinishedSummary } from "../../compare/finished-summary.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import type { Announce } from "../../host/content-cache.ts";
import { writeError } from "../../run/result/artifact-folder.ts";
import { gatherRun } from "../gather/gather-run.ts";
import { reportHtml } from "./report-html.ts";

/** More would make a page that no browser opens. */
export const MAX_REPORTED_RUNS = 100;

export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  /** What of the runs could not be read: code, a colon, a sentence. */
  readonly problems: readonly string[];
}

export interface ReportExtras {
  /** Sentences above the runs. */
  readonly remarks?: readonly string[];
  /** What became of runs, by folder, where their folders can't say it. */
  readonly summaries?: ReadonlyMap<string, FinishedSummary>;
  /** Told which part of the work goes on. */
  readonly step?: (text: string) => void;
}

export interface ReportPage {
  readonly html: string;
  readonly problems: readonly string[];
}

/**
 * @param folders of finished runs, at most `MAX_REPORTED_RUNS` @param announce told what takes a while, in words
 * @throws HarnessError `run-damaged`; SetupError `bundle-failed`
 */
export async function makeReportPage(
  folders: readonly string[],
  announce: Announce,
  { remarks = [], summaries, step = () => undefined }: ReportExtras = {},
): Promise<ReportPage> {
  const script = readFileSync((await bundleEntry({ ...BUNDLES.reportPage, announce })).path, "utf8");
  const runs = [];
  for (const [at, folder] of folders.entries()) {
    step(`run ${at + 1} of ${folders.length}`);
    runs.push(await gatherRun(folder, summaries?.get(folder)));
  }
  return { html: reportHtml(runs, script, remarks), problems: runs.flatMap(({ problems }) => problems) };
}

/**
 * @param folders of finished runs @param announce told if the page's program has to be made first
 * @throws HarnessError `run-damaged`, `disk-full`, `artifacts-unwritable`; SetupError `bundle-failed`
 */
export async function writeReport(
  folders: readonly string[],
  path: string,
  announce: Announce = () => undefined,
  extras: ReportExtras = {},
): Promise<WrittenReport> {
  const { html, problems } = await makeReportPage(folders, announce, extras);
  writeWhole(path, html);
  return { path, bytes: Buffer.byteLength(html), problems };
}

/** A page that was cut short shows nothing: there is the whole one, or the one before. */
function writeWhole(path: string, text: string): void {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(aside, text);
    renameSync(aside, path);
  } catch (cause) {
    removeIfThere(aside);
    throw writeError(path, cause);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where there is no such folder there is no such file.
  }
}
