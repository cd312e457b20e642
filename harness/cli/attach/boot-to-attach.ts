/** A profile's machines for somebody who wants to sit at one: nothing is typed, judged or timed. */
import { randomBytes } from "node:crypto";
import type { LoadedProfile } from "../../profiles/load.ts";
import { openRun, startRun, writePlans } from "../../run/opened-run.ts";
import { realPorts } from "../../run/real-ports.ts";
import { equip, guestsOf } from "../../run/request/equipment.ts";
import type { LiveListener, LiveRun } from "../../worlds/live/world.ts";
import { doorOf, doorsIn } from "./find-door.ts";

const SEED_BYTES = 6;

export interface BootRequest {
  readonly loaded: LoadedProfile;
  /** Undefined: the first one. */
  readonly node: string | undefined;
  readonly runsFolder: string;
  /** Told each step of set-up, and where the machines are. */
  readonly announce: (line: string) => void;
  readonly signal: AbortSignal;
  /** @param path of the machine's door */
  readonly attach: (path: string) => Promise<unknown>;
}

const DEAF: LiveListener = {
  joined: () => undefined,
  broken: () => undefined,
  line: () => undefined,
  event: () => undefined,
  exited: () => undefined,
};

/** Nothing of the machines is alive when it resolves. @throws SetupError; HarnessError of `doorOf` */
export async function bootToAttach(asked: BootRequest): Promise<void> {
  const { loaded, node, runsFolder, announce, signal, attach } = asked;
  const equipment = await equip({ guests: guestsOf([loaded.profile]), accelerator: "auto", announce, signal });
  const opened = openRun({ loaded, seed: randomBytes(SEED_BYTES).toString("hex"), runsFolder, takesAnyOrder: true });
  writePlans(opened);
  const live = startRun(opened, { equipment, ports: realPorts(equipment) }, DEAF);
  try {
    if (!(await isThere(live, signal))) return;
    const folder = opened.folder.path;
    announce(`machines: ${doorsIn(folder).join(", ")} in ${folder}`);
    await attach(doorOf(folder, node ?? doorsIn(folder)[0]).path);
  } finally {
    await live.end();
  }
}

/** @returns false: the user wants out */
async function isThere(live: LiveRun, signal: AbortSignal): Promise<boolean> {
  const giveUp = (): void => live.giveUpStart();
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  await live.started;
  signal.removeEventListener("abort", giveUp);
  return !signal.aborted;
}
