import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { BootFiles } from "../guests/probe-guest.ts";
import { contentHash } from "../host/content-cache.ts";
import type { Announce } from "../host/content-cache.ts";
import { SetupError } from "../host/setup-error.ts";
import { readChoice, rememberChoice, type AcceleratorChoice } from "./accelerator-choice.ts";
import { raceAccelerators } from "./accelerator-race.ts";
import { startMachine } from "./machine.ts";
import type { Accelerator } from "./machine-spec.ts";

export interface AcceleratorRequest {
  readonly wish: "auto" | Accelerator;
  readonly qemu: string;
  readonly image: BootFiles;
  /** Holds the result until the host boots again. */
  readonly cacheFolder: string;
  readonly announce: Announce;
}

/**
 * Which accelerator to use. `/dev/kvm` proves nothing: on some hosts it opens, creates machines, and never gets a kernel up. So
 * `auto` lets KVM and TCG race to the first line of our own init, and remembers the winner for as long as the host is up.
 *
 * @throws SetupError `accelerator-unusable`
 */
export async function chooseAccelerator(request: AcceleratorRequest): Promise<AcceleratorChoice> {
  const obstacle = await kvmObstacle();
  if (request.wish === "tcg") return { accelerator: "tcg", reason: "asked for" };
  if (request.wish === "kvm") {
    if (obstacle === undefined) return { accelerator: "kvm", reason: "asked for" };
    throw new SetupError("accelerator-unusable", `KVM can't be used: ${obstacle}.`, "Use --accel tcg or --accel auto.");
  }
  if (obstacle !== undefined) return { accelerator: "tcg", reason: `KVM can't be used: ${obstacle}` };
  const path = join(request.cacheFolder, "accelerator.json");
  const bootId = await hostBootId();
  const key = contentHash([bootId, request.qemu, request.image.kernelPath]);
  const known = bootId === undefined ? undefined : await readChoice(path, key);
  if (known !== undefined) return known;
  request.announce(
    "accelerator: racing KVM and TCG to the first line of our init (no result for this boot of the host)",
  );
  const choice = await raceAccelerators(request, startMachine);
  // A winner by default says more about this moment than about the host, but running it again would cost a minute each time.
  if (bootId !== undefined) await rememberChoice(path, key, choice, request.announce);
  return choice;
}

/** Why KVM need not even be tried, or undefined. */
export async function kvmObstacle(device = "/dev/kvm"): Promise<string | undefined> {
  try {
    await (await open(device, "r+")).close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return code === "ENOENT" ? `there is no ${device}` : `${device} can't be opened (${code})`;
  }
}

/** Undefined where there is no /proc: then nothing can be remembered for as long as the host is up. */
async function hostBootId(): Promise<string | undefined> {
  const id = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => undefined);
  return id?.trim();
}
