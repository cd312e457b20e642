import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { userPattern } from "../console/user-pattern.ts";
import { ARCHITECTURES } from "./architecture.ts";
import { PROJECT_CLAIM, type ConsoleOutput } from "./console-output.ts";
import { literally } from "../markers/literally.ts";
import type { GuestInstance, GuestLaunch, MachineGuest, PrepareContext, PreparedImage } from "./guest-kind.ts";
import { type GuestTable, MAIN_CONSOLE, type TableSource } from "./guest-table.ts";
import { INIT_FILE, initFileText } from "./init-file.ts";
import { parseInitReport } from "./init-report.ts";
import { IN_A_MACHINE } from "./machine-launch.ts";
import type { DiskPlan, Firmware, MachineShape } from "./machine-shape.ts";
import { obtainFile, originOf, runPrepare } from "./table-files.ts";

/** @returns the kind of guest that a table describes: all that the harness will ever know of it stands there */
export function guestFromTable(table: GuestTable, { name, folder: written }: TableSource): MachineGuest {
  // QEMU gets absolute paths, wherever the table's begin.
  const folder = resolve(written);
  const { channel, memoryMib } = table;
  return {
    ...IN_A_MACHINE,
    madeOf: { table, source: { name, folder } },
    ...{ name, arch: table.arch, memoryMib, runsAgent: false, hasEventPort: channel.events !== undefined },
    console: consoleOf(table),
    ...(channel.initReport === undefined ? {} : { readInitReport: parseInitReport }),
    ending: { when: table.ends, quietMs: table.quiet ?? 0 },
    can: new Set(table.capabilities),
    canBeReset: canBeReset(table),
    ...(table.onReset === "boot" ? { onReset: table.onReset } : {}),
    ...(channel.keyLog === undefined ? {} : { keyLogConsole: channel.keyLog.console }),
    // Nobody reads it: what such a guest is told stands in its table.
    fixedConfiguration: "",
    prepare: (context) => prepareTable(table, { name, folder }, context),
    launch: (image, instance) => launchTable(table, image, instance),
  };
}

function consoleOf(table: GuestTable): ConsoleOutput {
  const { prefixes, bootSign, forbidden, firmware, arch } = table;
  return {
    firmwarePrompt: firmware === "default" ? ARCHITECTURES[arch].firmwarePrompt : undefined,
    ...(bootSign === undefined ? {} : { bootSign: anchored(bootSign) }),
    claim: prefixes === undefined ? PROJECT_CLAIM : beginsWithOne(prefixes),
    forbidden: forbidden.map((pattern) => ({ name: pattern, pattern: anchored(pattern), code: "forbidden" })),
    encoding: table.console[MAIN_CONSOLE]?.encoding ?? "utf-8",
  };
}

/** The event port and the report of an init are of one boot: what they tell of two would be read as one. */
export function canBeReset({ channel }: Pick<GuestTable, "channel">): boolean {
  return channel.events === undefined && channel.initReport === undefined;
}

function maxConsoleBytesOf({ console }: GuestTable): number {
  return (console[MAIN_CONSOLE]?.maxMib ?? DEFAULT_CONSOLE_MIB) * MIB;
}

const MIB = 1024 * 1024;
const DEFAULT_CONSOLE_MIB = 16;

/** At the beginning of a line, unless it says `.*`. */
function anchored(pattern: string): RegExp {
  return userPattern(`^(?:${pattern})`);
}

function beginsWithOne(prefixes: readonly string[]): RegExp {
  if (prefixes.length === 0) return /(?!)/;
  return new RegExp(`^(?:${prefixes.map(literally).join("|")})`);
}

async function prepareTable(table: GuestTable, source: TableSource, context: PrepareContext): Promise<PreparedImage> {
  const { name, folder } = source;
  if (table.prepare !== undefined) await runPrepare(table.prepare, source, context);
  const file = (key: string, path: string): Promise<string> => obtainFile({ key, path, source }, context);
  const optional = async (key: string, path: string | undefined): Promise<string | undefined> =>
    path === undefined ? undefined : await file(key, path);
  const kernelPath = await optional("kernel", table.kernel);
  const initrdPath = await optional("initrd", table.initrd);
  const dtbPath = await optional("dtb", table.dtb);
  const firmware = await firmwareOf(table.firmware, file);
  const disks = await disksOf(table, file);
  const { machine, cpu, nic } = ARCHITECTURES[table.arch];
  const { arch, smp, icount, globals, devices, extraArgs } = table;
  const shape: MachineShape = {
    ...{ arch, smp, icount, globals, devices, extraArgs, firmware, dtbPath, disks },
    ...{ machine: table.machine ?? machine, cpu: table.cpu ?? cpu, nic: table.nic ?? nic },
    // Without the key there is no such device: a foreign guest gets what its table asks for.
    rng: table.rng ?? "",
    consoles: Object.entries(table.console).flatMap(([console, { port, maxMib }]) =>
      console === MAIN_CONSOLE ? [] : [{ name: console, port, maxBytes: maxMib * MIB }],
    ),
    onReset: table.onReset === "boot" ? "boot" : "end",
  };
  const images = disks.flatMap(({ name: disk, source: from }): [string, string][] =>
    from.kind === "image" ? [[`disk.${disk}`, from.path]] : [],
  );
  const files = [
    ["kernel", kernelPath],
    ["initrd", initrdPath],
    ["dtb", dtbPath],
    ...firmwareFiles(firmware),
    ...images,
  ];
  return {
    ...{ kernelPath, initrdPath, drives: [], shape },
    origin: { ...(await originOf(name, files)), ...said(name, table), folder },
  };
}

/** What no hash tells: shown in the summary. */
function said(name: string, { extraArgs, prepare }: GuestTable): Record<string, string> {
  return {
    ...(extraArgs.length === 0 ? {} : { [`${name}.extraArgs`]: extraArgs.join(" ") }),
    ...(prepare === undefined ? {} : { [`${name}.prepare`]: prepare.join(" ") }),
  };
}

type ObtainFile = (key: string, path: string) => Promise<string>;

async function firmwareOf(firmware: GuestTable["firmware"], file: ObtainFile): Promise<Firmware> {
  if (typeof firmware !== "string")
    return { code: await file("firmware.code", firmware.code), vars: await file("firmware.vars", firmware.vars) };
  return firmware === "default" || firmware === "none" ? firmware : { path: await file("firmware", firmware) };
}

function firmwareFiles(firmware: Firmware): [string, string][] {
  if (typeof firmware === "string") return [];
  if ("path" in firmware) return [["firmware", firmware.path]];
  return [
    ["firmware", firmware.code],
    ["firmware.vars", firmware.vars],
  ];
}

async function disksOf(table: GuestTable, file: ObtainFile): Promise<DiskPlan[]> {
  const { block } = ARCHITECTURES[table.arch];
  const disks = await Promise.all(
    Object.entries(table.disk).map(async ([name, { create, image, format, device = block }]): Promise<DiskPlan> => {
      if (image === undefined) return { name, source: { kind: "empty", bytes: create ?? 0 }, device };
      return { name, source: { kind: "image", path: await file(`disk.${name}`, image), format }, device };
    }),
  );
  if (table.seed === undefined) return disks;
  const { userData, metaData, networkConfig } = table.seed;
  const written = { "user-data": userData, "meta-data": metaData, "network-config": networkConfig };
  const files: Record<string, string> = { "meta-data": "" };
  for (const [name, path] of Object.entries(written))
    if (path !== undefined) files[name] = readText(await file(`seed.${name}`, path));
  return [...disks, { name: "seed", source: { kind: "seed", files }, device: block }];
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}

/** An init like ours is told its addresses as ours is. */
function networkFile({ capabilities }: GuestTable, instance: GuestInstance): Record<string, string> {
  return capabilities.includes("static-network") ? { [INIT_FILE]: initFileText(instance) } : {};
}

function launchTable(table: GuestTable, image: PreparedImage, instance: GuestInstance): GuestLaunch {
  return {
    ...{ kernelPath: image.kernelPath, initrdPath: image.initrdPath, append: table.append, shape: image.shape },
    ...{ drives: [], memoryMib: instance.memoryMib ?? table.memoryMib },
    fwCfgFiles: { ...networkFile(table, instance), ...table.fwCfg },
    maxConsoleBytes: maxConsoleBytesOf(table),
    hasEventPort: table.channel.events !== undefined,
    hasInitPort: table.channel.initReport !== undefined,
  };
}
