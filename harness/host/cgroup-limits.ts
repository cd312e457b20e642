import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const MIB = 1024 ** 2;

/** What the control groups of this process leave to it; undefined: no limit. */
export interface CgroupLimits {
  /** Processors, e.g. 1.5. */
  readonly cores: number | undefined;
  /** Memory that may still be taken, MiB. */
  readonly memoryMib: number | undefined;
}

/**
 * The tightest limits of the groups that this process is in, both kinds (Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/):
 * a container's limits are told nowhere else.
 *
 * @param root tests give a folder with their own `proc` and `sys`
 */
export function cgroupLimits(root = "/"): CgroupLimits {
  const cores: number[] = [];
  const memory: number[] = [];
  for (const line of readText(join(root, "proc/self/cgroup")).split("\n")) {
    const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const names = controllers.split(",");
    const mount = join(root, "sys/fs/cgroup", controllers === "" ? "" : controllers);
    for (const folder of groupFolders(mount, path)) {
      if (controllers === "" || names.includes("cpu")) cores.push(...coresIn(folder));
      if (controllers === "" || names.includes("memory")) memory.push(...freeMibIn(folder));
    }
  }
  return { cores: smallest(cores), memoryMib: smallest(memory) };
}

/** The group and all above it. Inside a container the mount may already be the group itself. */
function groupFolders(mount: string, path: string): string[] {
  const folders = [mount];
  for (let group = path; group !== "/" && group !== "." && group !== ""; group = dirname(group))
    folders.push(join(mount, group));
  return folders;
}

/** `cpu.max` of version 2, `cpu.cfs_quota_us` of version 1: time per period. */
function coresIn(folder: string): number[] {
  const [quota, period] = readText(join(folder, "cpu.max")).split(" ").map(Number);
  const older = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].map((name) =>
    Number(readText(join(folder, name)) || Number.NaN),
  );
  return [
    [quota, period],
    [older[0], older[1]],
  ].flatMap(([time = Number.NaN, each = Number.NaN]) => (time > 0 && each > 0 ? [time / each] : []));
}

/** What is cached of files can be given back, so that it counts as free. */
function freeMibIn(folder: string): number[] {
  const limit = readNumber(folder, "memory.max") ?? readNumber(folder, "memory.limit_in_bytes");
  const used = readNumber(folder, "memory.current") ?? readNumber(folder, "memory.usage_in_bytes");
  if (limit === undefined || used === undefined) return [];
  const cached = /^(?:total_)?inactive_file (\d+)$/m.exec(readText(join(folder, "memory.stat")))?.[1] ?? "0";
  return [Math.max(0, Math.floor((limit - used + Number(cached)) / MIB))];
}

/** `max`, an empty file and no file are no limit. */
function readNumber(folder: string, name: string): number | undefined {
  const text = readText(join(folder, name)).trim();
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function smallest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}
