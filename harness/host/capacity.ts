import { availableParallelism, freemem } from "node:os";
import { readFileSync } from "node:fs";
import { cgroupLimits, type CgroupLimits } from "./cgroup-limits.ts";

const MIB = 1024 ** 2;

/** @returns memory that new processes may take, MiB: what the host has free, or what a control group leaves if that is less */
export function availableMemoryMib({ memoryMib = Infinity }: CgroupLimits = cgroupLimits()): number {
  return Math.min(freeMemoryMib(), memoryMib);
}

function freeMemoryMib(): number {
  try {
    const line = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8"));
    if (line?.[1] !== undefined) return Math.floor(Number(line[1]) / 1024);
  } catch {
    // Not Linux, or no proc: what the system calls free is less than there is, but safe.
  }
  return Math.floor(freemem() / MIB);
}

/** @returns processors that this process may use, at least 1; of half a processor that a control group grants nothing is counted */
export function availableCores({ cores = Infinity }: CgroupLimits = cgroupLimits()): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cores)));
}

/** @returns how many machines may run at once: one per core, as far as the memory goes; at least 1 */
export function machineCapacity(cores: number, memoryMib: number, machineMib: number): number {
  return Math.max(1, Math.min(cores, Math.floor(memoryMib / machineMib)));
}

/** Lets jobs in as long as their weights fit; in the order in which they came, so that none starves. */
export class Slots {
  readonly #total: number;
  #taken = 0;
  readonly #waiting: { readonly weight: number; readonly enter: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
  }

  /** @param weight more than there is at all counts as all there is */
  async run<T>(weight: number, job: () => Promise<T>): Promise<T> {
    const slots = Math.min(weight, this.#total);
    await new Promise<void>((enter) => {
      this.#waiting.push({ weight: slots, enter });
      this.#admit();
    });
    try {
      return await job();
    } finally {
      this.#taken -= slots;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#taken + next.weight > this.#total) return;
      this.#waiting.shift();
      this.#taken += next.weight;
      next.enter();
    }
  }
}
