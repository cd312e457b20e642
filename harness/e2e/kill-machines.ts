/**
 * `npm run -s kill-machines -- [KILLS] [PROFILE]`: nothing is left of a run that is killed at a random moment, be it the harness (and
 * with it the switch) or one of its machines. A killed harness takes its machines with it; a killed machine fails its run, which
 * then ends in order. Last line: `N passed, N failed, 0 skipped`, one for each kill.
 */
import { execa } from "execa";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT } from "../cli/exit-codes.ts";
import { readCount, runProgram } from "../cli/run-program.ts";
import { bundleEntry } from "../host/bundled-entry.ts";
import { makeSocketFolder, removeSocketFolder } from "../host/socket-folder.ts";

/** From before the first machine to the middle of the transfer. */
const LATEST_KILL_MS = 15_000;
const GONE_MS = 30_000;
const POLL_MS = 50;
const SOCKET_FOLDER = /^udpsec-(\d+)-/;

await runProgram("kill-machines", async ([kills, profile = "cross-vm-loss"]) => {
  const count = readCount(kills, "KILLS", 10);
  // Started without its script: what is killed must be the harness itself.
  const { path: program } = await bundleEntry({ entry: "harness/cli/main.ts", out: "build/udpsec.mjs" });
  const root = mkdtempSync(join(tmpdir(), "udpsec-soak-"));
  // A folder for temporary files of its own: what other runs of this machine leave is not counted.
  const temporary = join(root, "tmp");
  mkdirSync(temporary);
  process.env["TMPDIR"] = temporary;
  let leaks = 0;
  for (let kill = 1; kill <= count; kill += 1) {
    const isClean = await killOnce(kill, [program, "test", "--profile", profile], join(root, String(kill)));
    if (!isClean) leaks += 1;
  }
  rmSync(root, { recursive: true, force: true });
  process.stdout.write(`${count - leaks} passed, ${leaks} failed, 0 skipped\n`);
  return leaks === 0 ? EXIT.passed : EXIT.checkFailed;
});

/** @param kill odd: of the harness, even: of a machine @returns whether nothing was left */
async function killOnce(kill: number, program: readonly string[], output: string): Promise<boolean> {
  const harness = execa(process.execPath, [...program, "--output-dir", output], { reject: false, stdio: "ignore" });
  const afterMs = Math.round(Math.random() * LATEST_KILL_MS);
  await sleep(afterMs);
  const [machine] = processesOf(output).filter((pid) => pid !== harness.pid);
  const victim = kill % 2 === 0 && machine !== undefined ? machine : harness.pid;
  kill9(victim);
  const startedMs = performance.now();
  const { exitCode, signal } = await harness;
  const isGone = await nothingRuns(output);
  const leftovers = await socketLeftovers();
  const what = victim === harness.pid ? "harness" : "machine";
  const ended = signal ?? `status ${exitCode ?? "none"}`;
  const rest = isGone
    ? `all gone ${Math.round(performance.now() - startedMs)} ms later`
    : `left: ${processesOf(output).join(", ")}`;
  process.stdout.write(
    `kill ${kill}: ${what} after ${afterMs} ms, harness ended with ${ended}; ${rest}${leftovers.map((name) => `; left ${name}`).join("")}\n`,
  );
  return isGone && leftovers.length === 0;
}

/** It may have ended by itself a moment ago. */
function kill9(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** By the folder in their command lines: it belongs to this run alone. */
function processesOf(output: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readOrEmpty(`/proc/${pid}/cmdline`).split("\0").join(" ").includes(`${output}`))
    .map(Number);
}

async function nothingRuns(output: string): Promise<boolean> {
  const deadlineMs = performance.now() + GONE_MS;
  while (processesOf(output).length > 0) {
    if (performance.now() > deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** What a killed run can't remove the next one does: making a folder is what begins a run. */
async function socketLeftovers(): Promise<string[]> {
  removeSocketFolder(await makeSocketFolder());
  return readdirSync(tmpdir()).filter((name) => {
    const owner = SOCKET_FOLDER.exec(name)?.[1];
    return owner !== undefined && readOrEmpty(`/proc/${owner}/stat`) === "";
  });
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
