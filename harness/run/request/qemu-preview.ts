import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { qemuCommand } from "../../qemu/command-line.ts";
import { shellCommand } from "../../qemu/command-words.ts";
import { nicCount } from "../../qemu/machine-spec.ts";
import { writeError } from "../result/artifact-folder.ts";
import { SESSION_PORT } from "../../topology/addressing.ts";
import { guestKind } from "../../guests/registry.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { LaunchSurroundings, PlannedMachine } from "../../worlds/live/launch.ts";

/**
 * The command of a machine for a shell: the same machine, without the control channel that only a harness answers, and running
 * from the start.
 *
 * @param folder gets the files of the guest's configuration and what QEMU writes
 * @throws HarnessError `artifacts-unwritable`, `disk-full`
 */
export function previewCommand({ spec }: PlannedMachine, qemu: string, folder: string): string {
  const at = (suffix: string): string => join(folder, `${spec.name}-${suffix}`);
  const fwCfgFiles: Record<string, string> = {};
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, contents] of Object.entries(spec.guest.fwCfgFiles)) {
      const path = at(`fwcfg-${name.replaceAll("/", "-")}`);
      writeFileSync(path, contents);
      fwCfgFiles[name] = path;
    }
  } catch (cause) {
    throw writeError(folder, cause);
  }
  const command = qemuCommand(spec, {
    qemu,
    qmpSocket: "/tmp/qmp",
    serialLog: at("serial.log"),
    eventLog: at("events.ndjson"),
    initLog: at("init.log"),
    captures: Array.from({ length: nicCount(spec.networks) }, (_, nic) => at(`nic${nic}.pcap`)),
    fwCfgFiles,
  });
  return shellCommand(withoutControlChannel(command));
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

/** Drops `-S`, and the options of the monitor with their values. */
export function withoutControlChannel(command: readonly string[]): string[] {
  return command.filter((word, index) => {
    const previous = command[index - 1] ?? "";
    const next = command[index + 1] ?? "";
    const isControl = (option: string, value: string): boolean =>
      (option === "-chardev" && value.startsWith("socket,id=qmp,")) || option === "-mon";
    return word !== "-S" && !isControl(word, next) && !isControl(previous, word);
  });
}
