import type { DeviceIdentity, KeyLog } from "../../core/index.ts";
import type { NetworkObserver } from "../network/network.ts";
import type { SegmentObserver } from "../runtime/segment-observer.ts";

/** All that passes the wires of a run, and all that opens it. It only looks: the run is the same without it. */
export interface RunTap extends SegmentObserver {
  readonly datagrams: NetworkObserver;
  /** Of everybody. */
  readonly keyLog: KeyLog;
  /** A host of the scenario, before anything is sent. */
  onHost(name: string, host: string, identity: DeviceIdentity): void;
}
