import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { QUICK_MS, type ChaosCase } from "./chaos-case.ts";
import type { ChaosGround } from "./chaos-ground.ts";
import type { RunningCommand } from "./running-command.ts";

const STOPPING_MS = 6_000;

/** Sends signals once the machine is about to run. */
const signalsToRun =
  (...signals: readonly NodeJS.Signals[]) =>
  async (command: RunningCommand, { runs }: ChaosGround): Promise<void> => {
    await command.until(() => existsSync(join(runs, "latest/a-qmp.log")));
    for (const signal of signals) {
      command.signal(signal);
      await sleep(100);
    }
  };

const signalAfter =
  (pattern: RegExp, signal: NodeJS.Signals) =>
  async (command: RunningCommand): Promise<void> => {
    await command.said(pattern);
    command.signal(signal);
  };

/** Somebody else makes a kernel: the lock is taken until the case ends. */
async function holdLock({ cache }: ChaosGround, seconds: number): Promise<void> {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache);
  const holder = spawn("flock", ["kernel.lock", "sh", "-c", `echo locked; exec env -i sleep ${seconds}`], {
    // Neither its command line nor its environment may name the case, of which it is no part.
    cwd: cache,
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(holder.stdout, "data");
  holder.unref();
  holder.stdout.destroy();
}

export const SIGNAL_CASES: readonly ChaosCase[] = [
  {
    name: "sigterm",
    fast: true,
    fake: "silent",
    meanwhile: signalsToRun("SIGTERM"),
    status: 143,
    code: "interrupted",
    withinMs: QUICK_MS,
  },
  {
    name: "sigint",
    fake: "silent",
    meanwhile: signalsToRun("SIGINT"),
    status: 130,
    code: "interrupted",
    withinMs: QUICK_MS,
  },
  {
    name: "sighup",
    fast: true,
    fake: "silent",
    meanwhile: signalsToRun("SIGHUP"),
    status: 129,
    code: "interrupted",
    withinMs: QUICK_MS,
  },
  { name: "sigint-twice", fake: "deaf", meanwhile: signalsToRun("SIGINT", "SIGINT"), status: 130, withinMs: QUICK_MS },
  {
    name: "sigterm-deaf",
    fake: "deaf",
    meanwhile: signalsToRun("SIGTERM"),
    status: 143,
    code: "interrupted",
    withinMs: QUICK_MS + STOPPING_MS,
  },
  {
    name: "sigterm-before-qmp",
    fast: true,
    fake: "never-connects",
    meanwhile: async (command, { runs }) => {
      await command.until(() => existsSync(join(runs, "latest/a-qemu.sh")));
      command.signal("SIGTERM");
    },
    status: 143,
    code: "interrupted",
    withinMs: QUICK_MS,
  },
  {
    name: "sigterm-in-version",
    fake: "version-hangs",
    meanwhile: async (command) => {
      await sleep(1_500);
      command.signal("SIGTERM");
    },
    status: 143,
    withinMs: 5_000,
  },
  {
    name: "lock-held-sigterm",
    prepare: async (ground) => (await holdLock(ground, 20), {}),
    meanwhile: signalAfter(/waiting/, "SIGTERM"),
    status: 143,
    says: /waiting for .*kernel\.lock/,
    withinMs: QUICK_MS,
  },
  {
    name: "lock-held-for-a-while",
    prepare: async (ground) => (await holdLock(ground, 2), {}),
    status: 0,
    says: /waiting for .*kernel\.lock/,
    withinMs: QUICK_MS,
  },
  {
    name: "stdout-closed",
    fast: true,
    meanwhile: (command) => (command.child.stdout?.destroy(), Promise.resolve()),
    status: 141,
    withinMs: QUICK_MS,
  },
  {
    name: "stalled-harness",
    fake: "slow",
    meanwhile: async (command) => {
      await command.said(/foreign: up/);
      command.signal("SIGSTOP");
      await sleep(13_000);
      command.signal("SIGCONT");
    },
    status: 0,
    code: "passed",
    withinMs: 30_000,
  },
  {
    name: "killed",
    fast: true,
    fake: "silent",
    meanwhile: signalsToRun("SIGKILL"),
    status: -1,
    leavesFolders: true,
    withinMs: QUICK_MS,
  },
];
