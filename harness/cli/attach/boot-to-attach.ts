/** A profile's machines for somebody who wants to sit at one: nothing is typed, judged or timed. */
import { randomBytes } from "node:crypto";
import type { LoadedProfile } from "../../profiles/load.ts";
import { openRun, startRun, writePlans } from "../../run/opened-run.ts";
import { realPorts } from "../../run/real-ports.ts";
import { equip, guestsOf } from "../../run/request/equipment.ts";
import type { LiveListener, LiveRun } from "../../worlds/live/world.ts";
import type { CommandIo } from "../command.ts";
import { exitOfSignal } from "../exit-codes.ts";
import { doorOf, doorsIn } from "./find-door.ts";

const SEED_BYTES = 6;

export interface BootRequest {
  readonly loaded: LoadedProfile;
  /** Undefined: the first one. */
  readonly node: string | undefined;
  readonly runsFolder: string;
  readonly io: CommandIo;
  /** @param path of the machine's door @returns the exit status */
  readonly attach: (path: string) => Promise<number>;
}

const DEAF: LiveListener = {
  joined: () => undefined,
  broken: () => undefined,
  line: () => undefined,
  event: () => undefined,
  exited: () => undefined,
};

/** @returns the exit status; nothing of the machines is alive then @throws SetupError; HarnessError of `doorOf` */
export async function bootToAttach({ loaded, node, runsFolder, io, attach }: BootRequest): Promise<number> {
  const { signal } = io;
  const announce = (line: string): void => void io.stderr.write(`udpsec: ${line}\n`);
  const equipment = await equip({ guests: guestsOf([loaded.profile]), accelerator: "auto", announce, signal });
  const opened = openRun({ loaded, seed: randomBytes(SEED_BYTES).toString("hex"), runsFolder, takesAnyOrder: true });
  writePlans(opened);
  const live = startRun(opened, { equipment, ports: realPorts(equipment) }, DEAF);
  try {
    if (!(await isThere(live, signal))) return exitOfSignal(signal);
    const folder = opened.folder.path;
    announce(`machines: ${doorsIn(folder).join(", ")} in ${folder}`);
    return await attach(doorOf(folder, node ?? doorsIn(folder)[0]).path);
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
