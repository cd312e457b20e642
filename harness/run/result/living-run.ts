/** Whether a run goes on: its folder names the process that it is of, from its beginning to its summary. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OWNER_FILE = ".running";
/** Of what stands behind the name in /proc/PID/stat: when the process began, in ticks of the boot. */
const START_TIME_FIELD = 19;

/** The folder is of a run of this process. Nothing depends on it but how long it is kept: that it can't be written is no failure. */
export function beginLife(folder: string): void {
  const owner = identityOf(process.pid);
  if (owner === undefined) return;
  try {
    writeFileSync(join(folder, OWNER_FILE), owner);
  } catch {
    // Whoever writes there next says so.
  }
}

export function endLife(folder: string): void {
  rmSync(join(folder, OWNER_FILE), { force: true });
}

/** @returns false as well where nobody can know: of a process on another host, or before a restart of this one */
export function isAlive(folder: string): boolean {
  try {
    const owner = readFileSync(join(folder, OWNER_FILE), "utf8");
    return identityOf(Number.parseInt(owner, 10)) === owner;
  } catch {
    return false;
  }
}

/** @returns what no other process has, ever; undefined if it isn't there */
function identityOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may have spaces and parentheses of its own.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${pid} ${fields[START_TIME_FIELD] ?? ""} ${boot}\n`;
  } catch {
    return undefined;
  }
}
