import { qemuCommand } from "../../qemu/command-line.ts";
import { withoutControlChannel } from "../../qemu/standalone-command.ts";
import { shellCommand } from "../../host/shell-command.ts";
import { machinePaths, makeMachineFiles } from "../../qemu/machine-files.ts";
import { writeError } from "../result/artifact-folder.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { guestKind } from "../../guests/registry.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { LaunchSurroundings, PlannedMachine } from "../../worlds/live/launch.ts";

/**
 * The command of a machine for a shell: the same machine, without the control channel that only a harness answers, and running
 * from the start.
 *
 * @param folder gets the machine's files: its configuration, disks of its own, and what QEMU writes
 * @throws HarnessError `artifacts-unwritable`, `disk-full`
 */
export async function previewCommand({ spec }: PlannedMachine, qemu: string, folder: string): Promise<string> {
  const paths = machinePaths(spec, folder, { qemu, qmpSocket: "/tmp/qmp" });
  try {
    await makeMachineFiles(spec, folder, paths);
  } catch (cause) {
    throw writeError(folder, cause);
  }
  return shellCommand(withoutControlChannel(qemuCommand(spec, paths)));
}

/** Sockets and ports that no run has made yet: names to be replaced by who pastes the command. */
export function previewSurroundings(profile: Profile): LaunchSurroundings {
  const folder = `/tmp/udpsec-${profile.name}`;
  return {
    socketFolder: folder,
    capturesNics: true,
    fabricSocket: (node, nic) => `${folder}/fabric-${node}.${nic}`,
    ports: new Map(
      profile.node.filter(({ guest }) => !guestKind(guest).hasNics).map(({ name }) => [name, SESSION_PORT]),
    ),
  };
}
