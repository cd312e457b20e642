/** A daemon and a crowd of devices that dial it, each side a process. */
import { SideProcess } from "../sides/side-process.ts";
import type { CrowdedBusOptions } from "./crowded-bus.ts";
import type { CrowdCalls } from "./crowd-main.ts";
import type { DaemonCalls } from "./daemon-main.ts";

export interface CrowdStage {
  readonly daemon: SideProcess<DaemonCalls>;
  readonly crowd: SideProcess<CrowdCalls>;
  readonly port: number;
}

/** @param act what is measured; both processes end with it */
export async function onStage<T>(
  options: CrowdedBusOptions,
  announce: (step: string) => void,
  act: (stage: CrowdStage) => Promise<T>,
): Promise<T> {
  const daemon = await SideProcess.start<DaemonCalls>("connections/daemon-main", announce);
  const crowd = await SideProcess.start<CrowdCalls>("connections/crowd-main", announce);
  try {
    const { port } = await daemon.call("listen", options);
    return await act({ daemon, crowd, port });
  } finally {
    await Promise.all([daemon.stop(), crowd.stop()]);
  }
}
