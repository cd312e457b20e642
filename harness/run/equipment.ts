import { cacheFolder, obtainProbeImage } from "../../images/guest-image.ts";
import type { AgentSource } from "../../images/guest-image.ts";
import { busyboxGuest } from "../guests/busybox-guest.ts";
import type { GuestKind, PreparedImage } from "../guests/guest-kind.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import { chooseAccelerator } from "../qemu/accelerator.ts";
import { ensureQemu } from "../qemu/find-qemu.ts";
import { startMachine } from "../qemu/machine.ts";
import type { Accelerator } from "../qemu/machine-spec.ts";
import type { Profile } from "../profiles/schema.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import type { Equipment } from "./run-plan.ts";
import type { RunPorts } from "./run-profile.ts";

const GUEST_KINDS: Readonly<Record<string, GuestKind>> = { udpsec: udpsecGuest, busybox: busyboxGuest };

export interface EquipRequest {
  readonly profiles: readonly Profile[];
  readonly accelerator: "auto" | Accelerator;
  /** Told each step that does work. */
  readonly announce: (line: string) => void;
  /** A variant of the agent, for sabotages. */
  readonly agent?: AgentSource;
}

/** Finds or makes all that the runs share. No deadline counts yet. @throws SetupError */
export async function equip(request: EquipRequest): Promise<Equipment> {
  const startedMs = performance.now();
  const { announce, agent } = request;
  const qemu = await ensureQemu(announce);
  const kinds = new Map<string, { kind: GuestKind; image: PreparedImage }>();
  for (const name of new Set(request.profiles.flatMap((profile) => profile.node.map((node) => node.guest)))) {
    const kind = GUEST_KINDS[name];
    if (kind === undefined) continue;
    kinds.set(name, { kind, image: await kind.prepare({ announce, ...(agent === undefined ? {} : { agent }) }) });
  }
  const choice = await chooseAccelerator({
    wish: request.accelerator,
    qemu,
    image: await obtainProbeImage(announce),
    cacheFolder: cacheFolder(),
    announce,
  });
  const setupMs = performance.now() - startedMs;
  return { qemu, accelerator: choice.accelerator, acceleratorReason: choice.reason, kinds, setupMs };
}

/** @returns real machines and real evidence */
export function realPorts(qemu: string): RunPorts {
  return {
    startMachine: (planned, artifactsFolder, onSerial) =>
      startMachine(planned.spec, { qemu, artifactsFolder, onSerial }),
    gatherEvidence,
  };
}
