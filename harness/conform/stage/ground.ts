/** Where a suite is played: targets, and as whom they are talked to. */
import type { Device } from "../../observer/crypto/device.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import type { DialledDevice } from "../../peer/transport/peer-dial.ts";

/** One device of the suite's, against one target: a target has one session of a device at a time. */
export interface Lane {
  readonly target: DialledDevice;
  readonly self: Device;
  readonly stranger: Device;
  /** @returns addresses of this host that no case has used before, if there are such; else those that there are */
  addresses(): readonly [string, ...string[]];
}

export interface Ground {
  /** At least one. */
  readonly lanes: readonly [Lane, ...Lane[]];
  /** Of a target that no other lane uses; undefined: what must be alone comes when all else is done. */
  readonly alone: Lane | undefined;
  /** Why nothing more can be asked; undefined: as far as is known there is somebody. */
  readonly gone: HarnessError | undefined;
  end(): Promise<void>;
}
