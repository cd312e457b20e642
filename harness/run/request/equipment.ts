import { obtainProbeImage } from "../../../images/guest-image.ts";
import type { MachineGuest, PreparedImage } from "../../guests/guest-kind.ts";
import { guestKind, type GuestKindName } from "../../guests/registry.ts";
import { chooseAccelerator } from "../../qemu/accelerator.ts";
import { ensureQemu } from "../../qemu/find-qemu.ts";
import type { Accelerator } from "../../qemu/machine-spec.ts";
import { bundleAgent, type AgentSource } from "../../host/agent-bundle.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { cacheFolder } from "../../host/cache-folder.ts";
import { interruptible } from "../../host/interruptible.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { Equipment } from "./run-request.ts";

const PEER_ENTRY = "harness/peer/main.ts";
const PEER_BUNDLE = "build/run/harness-peer-main.mjs";

export interface EquipRequest {
  /** Kinds of guest that will run. */
  readonly guests: readonly GuestKindName[];
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
  const qemu = await ensureQemu(announce);
  const kinds = new Map<string, { kind: MachineGuest; image: PreparedImage }>();
  const guests = [...new Set(request.guests)].map((name) => guestKind(name));
  for (const kind of guests) {
    if (kind.runsOn === "host") continue;
    kinds.set(kind.name, { kind, image: await kind.prepare({ announce, ...(agent === undefined ? {} : { agent }) }) });
  }
  const agentPath = guests.some(({ runsOn }) => runsOn === "host")
    ? (await bundleAgent(announce, agent ?? {})).path
    : undefined;
  const peerPath = guests.some(({ tellsLies }) => tellsLies === true)
    ? (await bundleEntry({ entry: PEER_ENTRY, out: PEER_BUNDLE, announce })).path
    : undefined;
  const choice = await chooseAccelerator({
    wish: request.accelerator,
    qemu,
    image: await obtainProbeImage(announce),
    cacheFolder: cacheFolder(),
    announce,
  });
  const setupMs = performance.now() - startedMs;
  return {
    qemu,
    accelerator: choice.accelerator,
    acceleratorReason: choice.reason,
    kinds,
    agentPath,
    peerPath,
    setupMs,
  };
}

/** @returns the kinds of guest that the profiles run */
export function guestsOf(profiles: readonly Profile[]): GuestKindName[] {
  return profiles.flatMap(({ node }) => node.map(({ guest }) => guest));
}
