/** Which accelerator each kind of guest gets: raced by its own signs, and never trusted without. */
import { join } from "node:path";
import { obtainProbeImage } from "../../../images/guest-image.ts";
import { contentHash } from "../../host/content-cache.ts";
import { cacheFolder } from "../../host/cache-folder.ts";
import type { Architecture } from "../../guests/architecture.ts";
import type { MachineGuest, PreparedImage } from "../../guests/guest-kind.ts";
import { ourRacer } from "../../guests/probe-guest.ts";
import { racerOf } from "../../guests/racer.ts";
import { chooseAccelerator, type AcceleratorRequest } from "../../qemu/accelerator.ts";
import type { AcceleratorChoice } from "../../qemu/accelerator-choice.ts";

type Wish = Pick<AcceleratorRequest, "wish" | "announce">;

/** @returns for each kind what runs it, and why; one race tells for all that boot our own kernel, and each other guest has one of its own */
export async function acceleratorsOf(
  images: ReadonlyMap<MachineGuest, PreparedImage>,
  emulators: ReadonlyMap<Architecture, string>,
  wish: Wish,
): Promise<ReadonlyMap<MachineGuest, AcceleratorChoice>> {
  const choices = new Map<MachineGuest, AcceleratorChoice>();
  let ours: AcceleratorChoice | undefined;
  for (const [kind, image] of images) {
    const qemu = emulators.get(kind.arch) ?? "";
    if (kind.isRaced === true) choices.set(kind, (ours ??= await raceOurs(qemu, wish)));
    else choices.set(kind, await raceForeign(kind, image, qemu, wish));
  }
  return choices;
}

/** @returns what runs the guests that are ours */
export async function raceOurs(qemu: string, { wish, announce }: Wish): Promise<AcceleratorChoice> {
  const image = await obtainProbeImage(announce);
  const cacheFile = join(cacheFolder(), "accelerator.json");
  return chooseAccelerator({ wish, announce, qemu, racer: ourRacer(image), key: image.kernelPath, cacheFile });
}

async function raceForeign(
  kind: MachineGuest,
  image: PreparedImage,
  qemu: string,
  { wish, announce }: Wish,
): Promise<AcceleratorChoice> {
  if (kind.arch !== "x86_64") return { accelerator: "tcg", reason: `the host does not run ${kind.arch}` };
  const racer = racerOf(kind, image);
  if (wish === "auto" && racer === undefined)
    return {
      accelerator: "tcg",
      reason: "it has no bootSign that would show that hardware runs it, or counts instructions",
    };
  if (racer === undefined) return { accelerator: wish === "kvm" ? "kvm" : "tcg", reason: "asked for" };
  const key = contentHash([JSON.stringify([image.origin, image.shape, racer.guest, String(kind.console.bootSign)])]);
  const cacheFile = join(cacheFolder(), `accelerator-of-${kind.name}.json`);
  // It may need more than a race gives it, a network say: the run itself will tell.
  return chooseAccelerator({ wish, announce, qemu, racer, key, cacheFile, otherwise: "tcg" });
}
