import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it, onTestFinished } from "vitest";
import { bundle } from "../../scripts/bundle.mjs";
import { projectRoot } from "../host/project-root.ts";

const ATTEMPTS = 10;

/** Starts a machine that never ends by itself, tells its pid, and waits. */
const HARNESS = `
import { obtainProbeImage } from "${projectRoot()}/images/guest-image.ts";
import { kernelArguments } from "${projectRoot()}/harness/guests/kernel-arguments.ts";
import { ourRacer } from "${projectRoot()}/harness/guests/probe-guest.ts";
import { ensureQemu } from "${projectRoot()}/harness/qemu/find-qemu.ts";
import { startMachine } from "${projectRoot()}/harness/qemu/machine.ts";
const image = await obtainProbeImage(() => undefined);
const guest = { ...ourRacer(image).guest, append: kernelArguments(false) };
const machine = await startMachine(
  { name: "vm", guest, networks: [], hasRng: false, accelerator: "tcg" },
  { qemu: await ensureQemu(() => undefined), artifactsFolder: process.argv[2] },
);
process.stdout.write(machine.pid + "\\n");
await machine.exited;
`;

it("QEMU does not outlive a harness that is killed", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "udpsec-orphan-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "harness.ts"), HARNESS);
  const out = join(projectRoot(), "build/run/orphan-harness.mjs");
  await bundle({ root: projectRoot(), entry: join(folder, "harness.ts"), out });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const harness = execFile(process.execPath, [out, folder]);
    if (harness.stdout === null) throw new Error("no standard output");
    const [line] = (await once(createInterface(harness.stdout), "line")) as [string];
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    harness.kill("SIGKILL");
    await once(harness, "exit");
    // The kernel's signal is on its way when the parent is gone; the end itself is waited for.
    await expect.poll(() => isRunning(pid), { timeout: 10_000, interval: 20 }).toBe(false);
  }
});

/** A zombie doesn't run: it waits for whoever reaps orphans here. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
