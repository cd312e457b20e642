import type { Capability } from "./capability.ts";
import type { MachineShape } from "./machine-shape.ts";

/** A guest as data: `[guest.NAME]` of a profile, or a file beside it. Paths are relative to the file that it stands in. */
export interface GuestTable extends Pick<
  MachineShape,
  "arch" | "smp" | "icount" | "globals" | "devices" | "extraArgs"
> {
  readonly machine?: string | undefined;
  readonly cpu?: string | undefined;
  readonly memoryMib: number;
  /** A command, run once per batch in the folder of the file. */
  readonly prepare?: readonly string[] | undefined;
  readonly firmware: string | { readonly code: string; readonly vars: string };
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
  readonly append?: string | undefined;
  readonly dtb?: string | undefined;
  readonly nic?: string | undefined;
  readonly rng?: string | undefined;
  readonly fwCfg: Readonly<Record<string, string>>;
  readonly ends: "power-off" | "last-marker" | "none";
  /** ms */
  readonly quiet?: number | undefined;
  readonly onReset: "fail" | "boot";
  readonly bootSign?: string | undefined;
  readonly prefixes?: readonly string[] | undefined;
  readonly forbidden: readonly string[];
  readonly console: Readonly<Record<string, ConsoleTable>>;
  readonly disk: Readonly<Record<string, DiskTable>>;
  readonly channel: {
    readonly keyLog?: { readonly console: string } | undefined;
    readonly events?: { readonly port: "virtio" } | undefined;
    readonly initReport?: { readonly port: "virtio" } | undefined;
  };
  readonly capabilities: readonly Capability[];
  readonly seed?: SeedTable | undefined;
  /** What the environment of a manifest's profile sets: a key of this table, keys by value, or nothing. */
  readonly env?: Readonly<Record<string, string | false | Readonly<Record<string, Readonly<Record<string, string>>>>>>;
}

export interface ConsoleTable {
  readonly port: "serial" | "virtio";
  readonly encoding: "utf-8" | "latin1";
  readonly maxMib: number;
}

export interface DiskTable {
  /** Size of an empty one, bytes. */
  readonly create?: number | undefined;
  readonly image?: string | undefined;
  readonly format: "raw" | "qcow2";
  readonly device?: string | undefined;
  readonly keep: "boot" | "run";
}

/** For cloud-init: files, by path. */
export interface SeedTable {
  readonly userData: string;
  readonly metaData?: string | undefined;
  readonly networkConfig?: string | undefined;
}

/** Where a table stands. */
export interface TableSource {
  /** As profiles name the guest. */
  readonly name: string;
  /** Paths of the table begin there. */
  readonly folder: string;
}

/** The console that is there without being asked for: the first serial port. */
export const MAIN_CONSOLE = "main";
