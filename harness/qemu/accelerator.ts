import { open, readFile } from "node:fs/promises";
import type { Racer } from "../guests/racer.ts";
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
  readonly racer: Racer;
  /** What the racer is made of: with another one the race is run again. */
  readonly key: string;
  /** Taken where the sign came under neither; without it that is an error. */
  readonly otherwise?: Accelerator;
  /** Holds the result until the host boots again. */
  readonly cacheFile: string;
  readonly announce: Announce;
}

/**
 * Which accelerator to use. `/dev/kvm` proves nothing: on some hosts it opens, creates machines, and never gets a kernel up. So
 * `auto` lets KVM and TCG race to the guest's first sign of life, and remembers the winner for as long as the host is up.
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
  const { racer, cacheFile, announce } = request;
  const bootId = await hostBootId();
  const key = contentHash([bootId, request.qemu, request.key]);
  const known = bootId === undefined ? undefined : await readChoice(cacheFile, key);
  if (known !== undefined) return known;
  announce(`accelerator: racing KVM and TCG to ${racer.name} (no result for this boot of the host)`);
  const choice = await raceAccelerators(request, startMachine).catch((error: unknown) => lostRace(request, error));
  // A winner by default says more about this moment than about the host, but running it again would cost a minute each time.
  if (bootId !== undefined) await rememberChoice(cacheFile, key, choice, announce);
  return choice;
}

/** @throws the error, where nothing else is to be taken */
function lostRace({ otherwise }: AcceleratorRequest, error: unknown): AcceleratorChoice {
  if (otherwise === undefined || !(error instanceof SetupError)) throw error;
  return { accelerator: otherwise, reason: error.message };
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
