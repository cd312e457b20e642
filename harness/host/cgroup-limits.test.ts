import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cgroupLimits } from "./cgroup-limits.ts";

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "cgroup-"))));
afterEach(() => rmSync(root, { recursive: true }));

function files(contents: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

const MIB = 1024 ** 2;

it("version 2: the tightest of a group and those above it; cached files count as free", () => {
  files({
    "proc/self/cgroup": "0::/pod/container\n",
    "sys/fs/cgroup/pod/cpu.max": "150000 100000\n",
    "sys/fs/cgroup/pod/memory.max": "max\n",
    "sys/fs/cgroup/pod/container/cpu.max": "max 100000\n",
    "sys/fs/cgroup/pod/container/memory.max": `${1000 * MIB}\n`,
    "sys/fs/cgroup/pod/container/memory.current": `${700 * MIB}\n`,
    "sys/fs/cgroup/pod/container/memory.stat": `anon 1\ninactive_file ${200 * MIB}\n`,
  });
  expect(cgroupLimits(root)).toEqual({ cores: 1.5, memoryMib: 500 });
});

it("version 1: each controller has its own tree, whose mount may be the group itself", () => {
  files({
    "proc/self/cgroup": "4:memory:/docker/abc\n1:cpu,cpuacct:/docker/abc\n0::/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": `${512 * MIB}\n`,
    "sys/fs/cgroup/memory/memory.usage_in_bytes": `${100 * MIB}\n`,
    "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "200000\n",
    "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
  });
  expect(cgroupLimits(root)).toEqual({ cores: 2, memoryMib: 412 });
});

it("no limit where none is set or nothing is told", () => {
  expect(cgroupLimits(root)).toEqual({ cores: undefined, memoryMib: undefined });
  files({
    "proc/self/cgroup": "1:cpu:/\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
  });
  expect(cgroupLimits(root)).toEqual({ cores: undefined, memoryMib: undefined });
});
