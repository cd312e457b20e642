import { existsSync, openSync, closeSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosCase } from "./chaos-case.ts";
import type { ChaosGround, ChaosSite } from "./chaos-ground.ts";
import { RunningCommand } from "./running-command.ts";

/** After its last line a command has this long to be gone. */
const LAST_LINE_MS = 1_000;
/** The kernel's signals to what a killed command started are on their way. */
const GONE_MS = 2_000;
/** No case may leave more on the disk, whatever its guest writes. */
const MAX_LEFT_BYTES = 80 * 1024 * 1024;
const POLL_MS = 25;

export interface CaseResult {
  /** What is not as it must be; empty: the case passed. */
  readonly faults: readonly string[];
  readonly elapsedMs: number;
  readonly text: string;
}

/** Runs one case and looks at its exit status, its verdict, its words, its time, and what it leaves. */
export async function runCase(chaosCase: ChaosCase, site: ChaosSite, ground: ChaosGround): Promise<CaseResult> {
  const { options = [], profile = "foreign", through = [], status, code, says, withinMs } = chaosCase;
  const given = await chaosCase.prepare?.(ground);
  const environment = {
    ...process.env,
    ...site.environment,
    ...{ TMPDIR: ground.temporary, UDPSEC_CACHE: ground.cache, UDPSEC_FAKE: chaosCase.fake ?? "honest" },
    ...{ UDPSEC_QEMU: chaosCase.program === "deaf-wrapper" ? ground.deafWrapper : ground.fake, NO_COLOR: "1" },
    ...{ RUN_TIMEOUT: "", RUN_UNTIL_MARKER: "", LOG_DIR: ground.runs },
    ...chaosCase.environment,
    ...given,
  };
  const words = chaosCase.command ?? ["test", "--profile", profile, "--accel", "tcg", ...options];
  const stdout = given?.["CHAOS_STDOUT"];
  const file = stdout === undefined ? undefined : openSync(stdout, "w");
  const command = new RunningCommand([...through, process.execPath, site.cli, ...words], environment, file);
  if (file !== undefined) closeSync(file);
  await chaosCase.meanwhile?.(command, ground);
  const end = await command.end(withinMs * 2);
  const summary = readSummary(ground);
  const faults = [
    ...expectation([status].flat().includes(end.status), `exit status ${end.status}, not ${String(status)}`),
    ...expectation(
      code === undefined || summary?.code === code,
      `verdict ${summary?.code ?? "none"}, not ${code ?? ""}`,
    ),
    ...expectation(says?.test(command.text) !== false, `it doesn't say ${String(says)}`),
    ...expectation(!/a bug|at .*\(node:|\.mjs:\d+/.test(command.text), "it speaks of a bug"),
    ...expectation(end.elapsedMs <= withinMs, `ended after ${Math.round(end.elapsedMs)} ms, not within ${withinMs}`),
    ...expectation(
      command.text === "" || end.silentMs <= LAST_LINE_MS,
      `went on for ${Math.round(end.silentMs)} ms after its last line`,
    ),
    ...(await leftovers(ground, chaosCase.leavesFolders === true)),
  ];
  return { faults, elapsedMs: end.elapsedMs, text: command.text };
}

function expectation(holds: boolean, otherwise: string): string[] {
  return holds ? [] : [otherwise];
}

function readSummary({ runs }: ChaosGround): { readonly code: string } | undefined {
  const path = join(runs, "latest/summary.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as { code: string }) : undefined;
}

/** Processes, socket folders and bytes that stay behind. Processes get a moment; those that remain are killed. */
async function leftovers(ground: ChaosGround, leavesFolders: boolean): Promise<string[]> {
  const deadlineMs = performance.now() + GONE_MS;
  while (processesOf(ground).length > 0 && performance.now() < deadlineMs) await sleep(POLL_MS);
  const left = processesOf(ground);
  const names = left.map((pid) => `${pid} (${commandOf(pid)})`);
  for (const pid of left) process.kill(pid, "SIGKILL");
  const bytes = sizeOf(ground.runs) + sizeOf(ground.temporary);
  const folders =
    existsSync(ground.temporary) && statSync(ground.temporary).isDirectory() ? readdirSync(ground.temporary) : [];
  return [
    ...expectation(left.length === 0, `processes stay: ${names.join(", ")}`),
    ...expectation(
      leavesFolders || folders.length === 0,
      `left in the folder for temporary files: ${folders.join(", ")}`,
    ),
    ...expectation(bytes <= MAX_LEFT_BYTES, `${bytes} bytes are left on the disk`),
  ];
}

/** By the case's folder, which stands in their command lines or environment. */
export function processesOf(ground: Pick<ChaosGround, "folder">): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "latin1") + readFileSync(`/proc/${pid}/environ`, "latin1");
        return words.includes(`${ground.folder}/`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
      } catch {
        // It ended while it was looked at, or belongs to somebody else.
        return false;
      }
    })
    .map(Number);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
  } catch {
    return "gone by now";
  }
}

function sizeOf(folder: string): number {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return 0;
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.reduce((sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0), 0);
}
