import { renderFinalScreen } from "../../console/screen.ts";
import type { Manifest } from "../../markers/manifest.ts";
import type { ArtifactFolder } from "./artifact-folder.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { failureOfError } from "../judge/failure-of-error.ts";
import { verdictOf } from "../judge/verdict.ts";
import type { ResultFile } from "./result-file.ts";
import type { RunResult } from "./run-result.ts";
import { summaryOfRun } from "./summary.ts";

/**
 * Writes what QEMU did not write already: clean transcripts, screens, summaries.
 *
 * @returns the result, failed if the folder could not take it all: a verdict that can't be looked up is none
 */
export async function writeArtifacts(
  folder: ArtifactFolder,
  result: RunResult,
  nodes: readonly FinishedNode[],
  { manifest, resultFiles }: { readonly manifest: Manifest; readonly resultFiles: readonly ResultFile[] },
): Promise<RunResult> {
  for (const { name, transcript, files } of nodes) {
    folder.write(`${name}-console.txt`, transcript.format());
    if (files === undefined) continue;
    const screen = await renderFinalScreen(files.serialLogPath).catch(() => []);
    folder.write(`${name}-screen.txt`, `${screen.join("\n")}\n`);
  }
  for (const each of resultFiles) folder.write(each.file, each.format(result));
  // Last: a folder with a summary is a finished run.
  folder.write("summary.json", `${JSON.stringify(summaryOfRun(result, manifest), null, 2)}\n`);
  folder.end();
  if (folder.failure === undefined) return result;
  return { ...result, ...verdictOf([failureOfError(folder.failure), ...result.failures]) };
}
