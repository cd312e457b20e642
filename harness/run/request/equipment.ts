import type { Architecture } from "../../guests/architecture.ts";
import type { GuestKind, MachineGuest, PreparedImage } from "../../guests/guest-kind.ts";
import { guestKind, type GuestRef } from "../../guests/registry.ts";
import { emulatorObstacle, ensureQemu } from "../../qemu/find-qemu.ts";
import type { Accelerator } from "../../qemu/machine-spec.ts";
import { bundleAgent, type AgentSource } from "../../host/agent-bundle.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import type { SetupError } from "../../host/setup-error.ts";
import { interruptible } from "../../host/interruptible.ts";
import type { Profile } from "../../profiles/schema.ts";
import { acceleratorsOf } from "./accelerators.ts";
import { originOfEquipment } from "./equipment-origin.ts";
import type { EquippedGuest, Equipment } from "./run-request.ts";

export interface EquipRequest {
  /** Kinds of guest that will run. */
  readonly guests: readonly GuestRef[];
  readonly accelerator: "auto" | Accelerator;
  /** Told each step that does work. */
  readonly announce: (line: string) => void;
  /** A variant of the agent, for sabotages. */
  readonly agent?: AgentSource;
  /** Gives up the wait for what is missing; what was begun ends with this process. */
  readonly signal: AbortSignal;
}

/**
 * Finds or makes all that the runs share. No deadline counts yet, but signals do.
 *
 * @throws SetupError, HarnessError `interrupted`
 */
export function equip(request: EquipRequest): Promise<Equipment> {
  return interruptible(obtainEquipment(request), request.signal);
}

async function obtainEquipment(request: EquipRequest): Promise<Equipment> {
  const startedMs = performance.now();
  const { announce, agent } = request;
  const guests = [...new Set(request.guests.map(guestKind))];
  const machines = guests.filter((kind) => kind.runsOn === "machine");
  const emulators = new Map<Architecture, string>();
  for (const arch of new Set(machines.map((kind) => kind.arch))) emulators.set(arch, await ensureQemu(announce, arch));
  const images = new Map<MachineGuest, PreparedImage>();
  const context = { announce, prepared: new Set<string>(), ...(agent === undefined ? {} : { agent }) };
  for (const kind of machines) images.set(kind, await kind.prepare(context));
  const agentPath = guests.some(({ runsOn }) => runsOn === "host")
    ? (await bundleAgent(announce, agent ?? {})).path
    : undefined;
  const peerPath = guests.some(({ tellsLies }) => tellsLies === true)
    ? (await bundleEntry({ ...BUNDLES.peer, announce })).path
    : undefined;
  const suitePath = guests.some(({ playsSuite }) => playsSuite === true)
    ? (await bundleEntry({ ...BUNDLES.suite, announce })).path
    : undefined;
  const kinds = await withAccelerators(images, emulators, request);
  const origin = await originOfEquipment({ emulators, kinds, agentPath, peerPath });
  return { emulators, kinds, agentPath, peerPath, suitePath, origin, setupMs: performance.now() - startedMs };
}

async function withAccelerators(
  images: ReadonlyMap<MachineGuest, PreparedImage>,
  emulators: ReadonlyMap<Architecture, string>,
  { accelerator: wish, announce }: EquipRequest,
): Promise<Map<GuestKind, EquippedGuest>> {
  const choices = await acceleratorsOf(images, emulators, { wish, announce });
  return new Map(
    [...choices].flatMap(([kind, { accelerator, reason }]): [GuestKind, EquippedGuest][] => {
      const image = images.get(kind);
      return image === undefined ? [] : [[kind, { kind, image, accelerator, acceleratorReason: reason }]];
    }),
  );
}

/** @returns the QEMU for an architecture @throws RangeError if no guest of it was equipped */
export function emulatorOf({ emulators }: Pick<Equipment, "emulators">, arch: Architecture): string {
  const found = emulators.get(arch);
  if (found === undefined) throw new RangeError(`no emulator for ${arch}`);
  return found;
}

/** @returns why a profile's machines can't be had on this host, where the emulator for one of them is missing and can't be installed */
export async function missingEmulator(profile: Profile): Promise<SetupError | undefined> {
  const kinds = new Set(guestsOf([profile]).map(guestKind));
  for (const kind of kinds) {
    // Of our own architecture there is one for all: without it nothing runs, and set-up says so.
    if (kind.runsOn === "host" || kind.arch === "x86_64") continue;
    const obstacle = await emulatorObstacle(kind.arch);
    if (obstacle !== undefined) return obstacle;
  }
  return undefined;
}

/** @returns the kinds of guest that the profiles run */
export function guestsOf(profiles: readonly Profile[]): GuestRef[] {
  return profiles.flatMap(({ node }) => node.map(({ guest }) => guest));
}
