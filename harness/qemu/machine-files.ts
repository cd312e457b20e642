/** The files of one machine: what QEMU reads and what it writes. A run and the preview of its command name and make the same ones. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { plainShape, type MachineShape } from "../guests/machine-shape.ts";
import { FIRMWARE_VARIABLES } from "./command-line.ts";
import { makeDisks } from "./machine-disks.ts";
import { nicCount, type MachinePaths, type MachineSpec } from "./machine-spec.ts";

/** What the caller has elsewhere. */
type OtherPaths = Pick<MachinePaths, "qemu" | "qmpSocket" | "gdbSocket">;

/** @param folder of all files of the run @returns where each file of the machine stands; nothing is made */
export function machinePaths(spec: MachineSpec, folder: string, others: OtherPaths): MachinePaths {
  const at = (suffix: string): string => artifactPath(spec, folder, suffix);
  const { consoles } = shapeOf(spec);
  const captured = spec.capturesNics === false ? 0 : nicCount(spec.networks);
  return {
    ...others,
    serialLog: at("serial.log"),
    eventLog: at("events.ndjson"),
    initLog: at("init.log"),
    captures: Array.from({ length: captured }, (_, nic) => at(`nic${nic}.pcap`)),
    fwCfgFiles: fwCfgPaths(Object.keys(spec.guest.fwCfgFiles), at),
    consoleLogs: Object.fromEntries(consoles.map(({ name }) => [name, at(`console-${name}.log`)])),
    disks: diskPaths(shapeOf(spec), at),
  };
}

export function artifactPath({ name }: Pick<MachineSpec, "name">, folder: string, suffix: string): string {
  return join(folder, `${name}-${suffix}`);
}

/** Makes what the machine finds when it starts. @throws the system's error; what was made until then is there */
export async function makeMachineFiles(
  spec: MachineSpec,
  folder: string,
  { fwCfgFiles, disks }: MachinePaths,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of Object.entries(spec.guest.fwCfgFiles)) {
    const path = fwCfgFiles[name];
    if (path !== undefined) await writeFile(path, contents);
  }
  await makeDisks(shapeOf(spec), disks ?? {});
}

function shapeOf({ guest }: MachineSpec): MachineShape {
  return guest.shape ?? plainShape("x86_64");
}

/** A slash is none in a file's name; two names that are then the same are told apart by a number. */
function fwCfgPaths(names: readonly string[], at: (suffix: string) => string): Record<string, string> {
  const flat = names.map((name) => name.replaceAll("/", "-"));
  return Object.fromEntries(
    names.map((name, index) => {
      const own = flat[index] ?? "";
      return [name, at(`fwcfg-${own}${flat.indexOf(own) === index ? "" : `.${index}`}`)];
    }),
  );
}

function diskPaths({ disks, firmware }: MachineShape, at: (suffix: string) => string): Record<string, string> {
  const own = disks.map(({ name, source }) => [name, at(`disk-${name}${source.kind === "seed" ? "" : ".img"}`)]);
  const variables =
    typeof firmware === "string" || !("vars" in firmware) ? [] : [[FIRMWARE_VARIABLES, at("firmware-variables.img")]];
  return Object.fromEntries([...own, ...variables]) as Record<string, string>;
}
