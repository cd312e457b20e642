import { guestKind, type GuestRef } from "../guests/registry.ts";
import { loadAllProfiles, loadNamedProfiles, type BrokenProfile, type LoadedProfile } from "../profiles/load.ts";
import { splitNames } from "../profiles/matrix/variants.ts";
import type { Profile } from "../profiles/schema.ts";
import { emulatorObstacle } from "../qemu/find-qemu.ts";
import { guestsOf } from "../run/request/equipment.ts";

/** That of the machines whose guests are ours. */
const OWN_ARCHITECTURE = "x86_64";

/** @param written as `--profile` takes them; none: the project's own, as far as they need no other processor's emulator */
export async function chosenGuests(
  written: readonly string[],
): Promise<{ readonly guests: readonly GuestRef[]; readonly broken: readonly BrokenProfile[] }> {
  const names = written.flatMap(splitNames);
  const isAll = names.includes("all");
  const { loaded, broken } = isAll || names.length === 0 ? loadAllProfiles() : { loaded: [], broken: [] };
  const guests = names
    .filter((name) => name !== "all")
    .flatMap((name) => guestsOf(profilesOf(loadNamedProfiles(name))));
  for (const profile of profilesOf(loaded)) {
    const own = guestsOf([profile]);
    if (!isAll && own.some(isForeign)) continue;
    for (const guest of own) if (await canRun(guest)) guests.push(guest);
  }
  return { guests, broken };
}

function profilesOf(loaded: readonly LoadedProfile[]): Profile[] {
  return loaded.map(({ profile }) => profile);
}

function isForeign(guest: GuestRef): boolean {
  const kind = guestKind(guest);
  return kind.runsOn === "machine" && kind.arch !== OWN_ARCHITECTURE;
}

/** What needs an emulator that can't be had here is left out; a profile with it says so when it is run. */
async function canRun(guest: GuestRef): Promise<boolean> {
  const kind = guestKind(guest);
  return kind.runsOn === "host" || !isForeign(guest) || (await emulatorObstacle(kind.arch)) === undefined;
}
