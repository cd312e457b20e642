import { startMachine } from "../qemu/machine.ts";
import type { RememberedKeys } from "./judge/remembered-keys.ts";
import { startHostPeer } from "../worlds/qemu/host-peer.ts";
import { gatherEvidence } from "./judge/gather-evidence.ts";
import { emulatorOf } from "./request/equipment.ts";
import type { Equipment } from "./request/run-request.ts";
import type { RunPorts } from "./run-profile.ts";

/** ^C: the console is the terminal of the guest's processes. */
const INTERRUPT = Uint8Array.of(3);

/** @param history of the ephemeral keys of earlier runs @returns real machines and real evidence */
export function realPorts(equipment: Equipment, history?: RememberedKeys): RunPorts {
  const { agentPath = "", peerPath = "" } = equipment;
  return {
    startMachine: async (planned, artifactsFolder, onSerial, signal) => {
      const qemu = emulatorOf(equipment, planned.spec.guest.shape?.arch ?? "x86_64");
      const machine = await startMachine(planned.spec, { qemu, artifactsFolder, onSerial, signal });
      const { hasPowerButton = false } = planned.plan.kind;
      const press = (): void => void machine.qmp.execute("system_powerdown").catch(() => undefined);
      const type = (bytes: Uint8Array): void => machine.writeSerial(bytes);
      return { ...machine, type, endInOrder: hasPowerButton ? press : () => machine.writeSerial(INTERRUPT) };
    },
    startPeer: (planned, artifactsFolder, onSerial) =>
      startHostPeer(planned, { agentPath, peerPath, artifactsFolder, onSerial }),
    gatherEvidence: (run) => gatherEvidence(run, history),
  };
}
