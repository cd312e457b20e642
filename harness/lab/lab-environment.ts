import { totalmem } from "node:os";
import { join } from "node:path";
import { availableCores, machineCapacity } from "../host/capacity.ts";
import { cacheFolder } from "../host/cache-folder.ts";
import { cgroupLimits } from "../host/cgroup-limits.ts";
import { takeHostSlots, type SlotRequest } from "../host/host-slots.ts";
import { RESULT_FILES } from "../report/reporters/index.ts";
import type { RunPorts } from "../run/opened-run.ts";
import { realPorts } from "../run/real-ports.ts";
import { equip, type EquipRequest } from "../run/request/equipment.ts";
import type { Equipment } from "../run/request/run-request.ts";
import type { ResultFile } from "../run/result/result-file.ts";

/** What a machine takes of the host when many run, MiB: our guest, and QEMU itself. */
const MACHINE_MIB = 384;
const MIB = 1024 ** 2;

/** What a lab needs of the world; tests give their own. */
export interface LabEnvironment {
  readonly equip: (request: EquipRequest) => Promise<Equipment>;
  readonly portsFor: (equipment: Equipment) => RunPorts;
  /** Waits for a place on the host. @returns what gives it back */
  readonly takeSlots: (
    machines: number,
    wait: Pick<SlotRequest, "announce" | "signal">,
  ) => Promise<() => Promise<void>>;
  readonly resultFiles: readonly ResultFile[];
}

/** Real machines. Test runners fork: what they may run at once is counted for the whole host. */
export const REAL_ENVIRONMENT: LabEnvironment = {
  equip,
  portsFor: (equipment) => realPorts(equipment),
  takeSlots: (machines, wait) =>
    takeHostSlots(join(cacheFolder(), "slots"), { wanted: machines, total: slotsOfHost(), ...wait }),
  resultFiles: RESULT_FILES,
};

function slotsOfHost(): number {
  const { memoryMib = Infinity } = cgroupLimits();
  return machineCapacity(availableCores(), Math.min(memoryMib, totalmem() / MIB), MACHINE_MIB);
}
