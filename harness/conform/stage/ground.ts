/** Where a suite is played: targets, and as whom they are talked to. */
import type { TransportMode } from "../../../contract/configuration.ts";
import type { Device } from "../../observer/crypto/device.ts";
import type { HarnessError } from "../../host/harness-error.ts";
import type { DialledDevice } from "../../peer/transport/peer-dial.ts";
import type { DiallingCase } from "./conform-case.ts";
import type { DialledPlace } from "./dialled-place.ts";
import type { EphemeralWatch } from "./packet-trace.ts";

/** One device of the suite's, against one target that listens: a target has one session of a device at a time. */
export interface Lane {
  readonly target: DialledDevice;
  readonly self: Device;
  readonly stranger: Device;
  /** For who judges what passed as well: told each key before it leaves. */
  readonly onEphemeral?: EphemeralWatch | undefined;
  /** @returns addresses of this host that no case has used before, if there are such; else those that there are */
  addresses(): readonly [string, ...string[]];
}

/** Where a target dials. */
export interface DialledLane {
  readonly at: DialledPlace;
  readonly targetId: string;
  readonly stranger: Device;
  readonly mode: TransportMode;
  /** How long it may be until it dials. */
  readonly dialPatienceMs: number;
  /** Ends who was started for this case alone. @returns how it had crashed; undefined: it had not */
  readonly stop?: () => Promise<string | undefined>;
}

export interface Diallers {
  /** Each case has a place of its own; else one after the other has the only one. */
  readonly isTogether: boolean;
  laneOf(conformCase: DiallingCase): Promise<DialledLane>;
  /** What helps if nobody dials. */
  readonly hint: string;
  /** The cases listen: who is to be started by the suite may dial. @throws HarnessError */
  start(): Promise<void>;
}

export interface Ground {
  /** Empty: nobody is dialled. */
  readonly lanes: readonly Lane[];
  /** Of a target that no other lane uses; undefined: what must be alone comes when all else is done. */
  readonly alone: Lane | undefined;
  /** Undefined: nobody dials. */
  readonly diallers: Diallers | undefined;
  /** Why nothing more can be asked; undefined: as far as is known there is somebody. */
  readonly gone: HarnessError | undefined;
  end(): Promise<void>;
}
