import { readFileSync } from "node:fs";

/** A zombie doesn't run: it waits for whoever reaps orphans here. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
