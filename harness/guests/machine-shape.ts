import { ARCHITECTURES, type Architecture } from "./architecture.ts";

/** The virtual hardware of a machine, beside its memory and what it boots: from this QEMU's command line follows. */
export interface MachineShape {
  readonly arch: Architecture;
  /** Value of QEMU's `-M`. */
  readonly machine: string;
  readonly cpu: string;
  readonly smp: number;
  /** Value of `-icount`: virtual time by executed instructions; only without hardware virtualisation. */
  readonly icount?: string | undefined;
  /** Values of `-global`. */
  readonly globals: readonly string[];
  readonly firmware: Firmware;
  readonly dtbPath?: string | undefined;
  /** Model of each NIC. */
  readonly nic: string;
  /** Model of the hardware source of entropy. */
  readonly rng: string;
  /**
   * Devices in the order in which the guest finds them: models of QEMU with their options, and `@nic`, `@rng`, `@disk.NAME` for what the
   * run plugs in. What is not mentioned comes after them.
   */
  readonly devices: readonly string[];
  readonly disks: readonly DiskPlan[];
  /** Beside the main one, which is the first serial port. */
  readonly consoles: readonly ConsolePort[];
  /** `boot`: a reset boots the machine again; `end`: it ends it. */
  readonly onReset: "boot" | "end";
  /** Whatever no key can say; shown in the summary. */
  readonly extraArgs: readonly string[];
}

/** `default`: what QEMU brings for the machine. Variables are copied for each machine. */
export type Firmware =
  "default" | "none" | { readonly path: string } | { readonly code: string; readonly vars: string };

/** A disk of the machine's own: nothing that it writes outlives the run. */
export interface DiskPlan {
  readonly name: string;
  readonly source:
    | { readonly kind: "empty"; readonly bytes: number }
    /** Copied for each machine. */
    | { readonly kind: "image"; readonly path: string; readonly format: "raw" | "qcow2" }
    /** What cloud-init looks for: a small file system with these files, by name. */
    | { readonly kind: "seed"; readonly files: Readonly<Record<string, string>> };
  /** Model. */
  readonly device: string;
}

export interface ConsolePort {
  readonly name: string;
  readonly port: "serial" | "virtio";
  /** More ends the machine. */
  readonly maxBytes: number;
}

/** @returns a plain machine of that architecture */
export function plainShape(arch: Architecture): MachineShape {
  const { machine, cpu, nic, rng } = ARCHITECTURES[arch];
  return {
    ...{ arch, machine, cpu, nic, rng, smp: 1, globals: [], firmware: "default", devices: [], disks: [], consoles: [] },
    ...{ onReset: "end", extraArgs: [] },
  };
}
