import { readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync, mkdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { QUICK_MS, type ChaosCase } from "./chaos-case.ts";
import type { ChaosGround } from "./chaos-ground.ts";

/** @returns the folder of the cache entry of this kind */
function entryOf({ cache }: ChaosGround, kind: string): string {
  const name = readdirSync(cache).find((candidate) => new RegExp(`^${kind}-[0-9a-f]{16}$`).test(candidate));
  if (name === undefined) throw new RangeError(`no entry of kind ${kind} in ${cache}`);
  return join(cache, name);
}

/** @returns a PATH with everything in /usr/bin and /bin but one program */
function pathWithout(ground: ChaosGround, missing: string): Record<string, string> {
  const folder = join(ground.folder, "bin");
  mkdirSync(folder);
  for (const source of ["/usr/bin", "/bin"]) {
    for (const name of readdirSync(source)) {
      if (name === missing) continue;
      try {
        symlinkSync(join(source, name), join(folder, name));
      } catch {
        // Both folders may be the same one.
      }
    }
  }
  return { PATH: folder };
}

/** A tool of the host is missing, or QEMU is another program. */
const PROGRAMS: readonly ChaosCase[] = [
  {
    name: "no-setpriv",
    fast: true,
    prepare: (ground) => pathWithout(ground, "setpriv"),
    status: 2,
    says: /setpriv is missing/,
    withinMs: QUICK_MS,
  },
  {
    name: "qemu-is-missing",
    prepare: ({ folder }) => ({ UDPSEC_QEMU: join(folder, "none") }),
    status: 2,
    says: /isn't a program/,
    withinMs: QUICK_MS,
  },
  { name: "version-hangs", fake: "version-hangs", status: 2, says: /did not end within/, withinMs: 2 * QUICK_MS },
  { name: "version-garbage", fake: "version-garbage", status: 2, says: /is no QEMU/, withinMs: QUICK_MS },
  { name: "version-fails", fake: "version-fails", status: 2, says: /does not run/, withinMs: QUICK_MS },
  { name: "version-floods", fake: "version-floods", status: 2, says: /wrote more than/, withinMs: QUICK_MS },
  { name: "version-leaves-child", fast: true, fake: "version-leaves-child", status: 0, withinMs: QUICK_MS },
];

/** @returns a PATH on which Debian's tools find a package whose contents don't fit on the disk */
function fullDisk(ground: ChaosGround): Record<string, string> {
  rmSync(ground.cache, { recursive: true });
  const folder = join(ground.folder, "bin");
  mkdirSync(folder);
  const tools = {
    "apt-cache": 'echo "  Depends: linux-image-0-cloud-amd64"',
    "apt-get": "touch linux-image.deb",
    "dpkg-deb": 'echo "dpkg-deb: error: No space left on device" >&2; exit 2',
  };
  for (const [name, script] of Object.entries(tools))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${process.env["PATH"] ?? ""}`, UDPSEC_KERNEL: "", UDPSEC_MODULES: "" };
}

/** @returns modules that are none, in the place of those that every case is given */
function damagedModules({ folder, cache }: ChaosGround): Record<string, string> {
  rmSync(cache, { recursive: true });
  mkdirSync(join(folder, "modules"));
  writeFileSync(join(folder, "modules/virtio_pci.ko"), "no module");
  return { UDPSEC_MODULES: join(folder, "modules") };
}

/** A folder can't be used. */
const FOLDERS: readonly ChaosCase[] = [
  {
    name: "tmpdir-missing",
    fast: true,
    prepare: ({ folder }) => ({ TMPDIR: join(folder, "none") }),
    status: 2,
    says: /TMPDIR/,
    withinMs: QUICK_MS,
  },
  {
    name: "tmpdir-is-a-file",
    prepare: ({ temporary }) => (rmSync(temporary, { recursive: true }), writeFileSync(temporary, ""), {}),
    status: 2,
    says: /TMPDIR/,
    withinMs: QUICK_MS,
  },
  {
    name: "log-dir-is-a-file",
    prepare: ({ runs }) => (rmSync(runs, { recursive: true }), writeFileSync(runs, ""), {}),
    status: 2,
    says: /can't write/,
    withinMs: QUICK_MS,
  },
  {
    name: "cache-is-a-file",
    prepare: ({ cache }) => (rmSync(cache, { recursive: true }), writeFileSync(cache, ""), {}),
    status: 2,
    says: /cache/,
    withinMs: QUICK_MS,
  },
  {
    name: "disk-full-while-unpacking",
    prepare: fullDisk,
    status: 2,
    says: /No space left on device/,
    withinMs: QUICK_MS,
  },
  { name: "modules-damaged", prepare: damagedModules, status: 2, says: /UDPSEC_MODULES/, withinMs: QUICK_MS },
  {
    name: "cache-forbidden",
    prepare: () => ({ UDPSEC_CACHE: "/sys/udpsec" }),
    status: 2,
    says: /UDPSEC_CACHE/,
    withinMs: QUICK_MS,
  },
  {
    name: "cache-kernel-emptied",
    fast: true,
    prepare: (ground) => (truncateSync(join(entryOf(ground, "kernel"), "kernel"), 0), {}),
    status: 0,
    says: /kernel.*damaged/,
    withinMs: QUICK_MS,
  },
  {
    name: "cache-manifest-truncated",
    prepare: (ground) => (truncateSync(join(entryOf(ground, "kernel"), "manifest.json"), 10), {}),
    status: 0,
    says: /damaged/,
    withinMs: QUICK_MS,
  },
  {
    name: "cache-disk-missing",
    profile: "rng-gate",
    fake: "exits-at-once",
    prepare: (ground) => (rmSync(join(entryOf(ground, "node-disk"), "node.ext4")), {}),
    status: 2,
    says: /damaged/,
    withinMs: 3 * QUICK_MS,
  },
];

/** The host gives less than is needed. */
const LIMITS: readonly ChaosCase[] = [
  { name: "24-file-descriptors", fast: true, through: ["prlimit", "--nofile=24"], status: 2, withinMs: QUICK_MS },
  { name: "28-file-descriptors", through: ["prlimit", "--nofile=28"], status: [0, 2], withinMs: QUICK_MS },
  {
    name: "cache-without-space",
    through: ["prlimit", "--fsize=1000"],
    prepare: ({ cache }) => (rmSync(cache, { recursive: true }), {}),
    status: 2,
    withinMs: QUICK_MS,
  },
  {
    name: "stdout-full",
    prepare: () => ({ CHAOS_STDOUT: "/dev/full" }),
    status: 2,
    says: /can't be written/,
    withinMs: QUICK_MS,
  },
];

/** A mount namespace of its own lacks /proc; only where this user may make one, the case can be played. */
const WITHOUT_PROC = ["unshare", "--mount", "sh", "-c", 'umount -l /proc && exec "$@"', "sh"];
const CAN_UNMOUNT = spawnSync("unshare", ["--mount", "umount", "-l", "/proc"]).status === 0;
const NO_PROC: readonly ChaosCase[] = CAN_UNMOUNT
  ? [{ name: "no-proc", through: WITHOUT_PROC, status: 0, code: "passed", withinMs: QUICK_MS }]
  : [];

export const HOST_CASES: readonly ChaosCase[] = [...PROGRAMS, ...FOLDERS, ...LIMITS, ...NO_PROC];
