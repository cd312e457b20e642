import { startMachine } from "../qemu/machine.ts";
import type { QmpConnection } from "../qemu/qmp.ts";
import type { RememberedKeys } from "./judge/remembered-keys.ts";
import { startHostPeer } from "../worlds/qemu/host-peer.ts";
import { gatherEvidence } from "./judge/gather-evidence.ts";
import { emulatorOf } from "./request/equipment.ts";
import type { Equipment } from "./request/run-request.ts";
import { ActionError } from "./script/action-error.ts";
import type { RunPorts } from "./opened-run.ts";

/** ^C: the console is the terminal of the guest's processes. */
const INTERRUPT = Uint8Array.of(3);

/** @param history of the ephemeral keys of earlier runs @returns real machines and real evidence */
export function realPorts(equipment: Equipment, history?: RememberedKeys): RunPorts {
  const { agentPath = "", peerPath = "", suitePath = "" } = equipment;
  return {
    startMachine: async (planned, artifactsFolder, onSerial, signal) => {
      const qemu = emulatorOf(equipment, planned.spec.guest.shape?.arch ?? "x86_64");
      const machine = await startMachine(planned.spec, { qemu, artifactsFolder, onSerial, signal });
      const { can } = planned.plan.kind;
      const press = (): void => void machine.qmp.execute("system_powerdown").catch(() => undefined);
      return {
        ...machine,
        endInOrder: can.has("power-off") ? press : () => machine.writeSerial(INTERRUPT),
        pause: () => command(machine.qmp, "stop", "paused"),
        resume: () => command(machine.qmp, "cont", "running"),
        reset: () => machine.reset(),
        onGuestReset: (told) => machine.onGuestReset(told),
        endReset: () => machine.endReset(),
        type: (bytes) => machine.writeSerial(bytes),
        registers: () => monitor(machine.qmp, "info registers -a"),
      };
    },
    startPeer: (planned, artifactsFolder, onSerial) =>
      startHostPeer(planned, { agentPath, peerPath, suitePath, artifactsFolder, onSerial }),
    gatherEvidence: (run) => gatherEvidence(run, history),
  };
}

/** @returns what QEMU's monitor for people says @throws QmpError */
async function monitor(qmp: QmpConnection, line: string): Promise<string> {
  const answer = await qmp.execute("human-monitor-command", { "command-line": line });
  return typeof answer === "string" ? answer : "";
}

/** @param wanted the status after it @throws QmpError; Error if the machine has another status then */
async function command(qmp: QmpConnection, name: string, wanted: string): Promise<void> {
  await qmp.execute(name);
  const answer = await qmp.execute("query-status");
  const status =
    typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "unknown";
  if (status !== wanted) throw new ActionError(`QEMU says ${status} after ${name}`);
}
