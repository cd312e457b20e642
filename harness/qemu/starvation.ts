import { readdirSync, readFileSync } from "node:fs";

const NS_PER_MS = 1e6;

/**
 * How long a process was ready to run and got no processor: the thread that waited longest (`/proc/PID/task/TID/schedstat`, second
 * number; Documentation/scheduler/sched-stats.rst). Load on the host that a guest can't help.
 *
 * @param procFolder tests give their own
 * @returns ms since its start; 0 where the kernel doesn't tell
 */
export function starvedMs(pid: number, procFolder = "/proc"): number {
  const folder = `${procFolder}/${pid}/task`;
  try {
    const waited = readdirSync(folder).map((thread) => waitedNs(`${folder}/${thread}/schedstat`));
    return Math.max(0, ...waited) / NS_PER_MS;
  } catch {
    // It has ended, or there is no such file here.
    return 0;
  }
}

function waitedNs(path: string): number {
  const waited = Number(readFileSync(path, "utf8").split(" ")[1]);
  return Number.isFinite(waited) ? waited : 0;
}
