/** A run that failed, as it was left: two machines over a link that loses, with an outage, and a marker that was expected and never came. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { projectRoot } from "../host/project-root.ts";

const RECORDED = "fixtures/reported/wrong-expectation.json.br";
/** As runs are called. */
export const REPORTED_RUN = "wrong-expectation--20261130T031200000Z--9";

/** @returns a folder of runs that holds it; who asks removes it */
export function reportedRuns(): string {
  const runs = mkdtempSync(join(tmpdir(), "reported-"));
  const folder = join(runs, REPORTED_RUN);
  mkdirSync(folder);
  const text = brotliDecompressSync(readFileSync(join(projectRoot(), RECORDED))).toString();
  for (const [name, bytes] of Object.entries(JSON.parse(text) as Readonly<Record<string, string>>)) {
    writeFileSync(join(folder, name), Buffer.from(bytes, "base64"));
  }
  return runs;
}
