/**
 * Machines, networks and evidence in the body of a test (docs/lab.md).
 *
 * @example
 * await using lab = openLab();
 * const { a } = await lab.start({ nodes: { a: { guest: "./mine.toml" } } });
 * await a.reach("SELFTEST: boot ok");
 */
import { OwnLab, type Lab, type LabOptions } from "./lab.ts";
import { REAL_ENVIRONMENT } from "./lab-environment.ts";

/**
 * Opens a lab: one run. Nothing boots before `start`.
 *
 * @throws LabError `lab-in-thread`
 * @example await using lab = openLab({ name: "ping" });
 */
export function openLab(options: LabOptions = {}): Lab {
  return new OwnLab(options, REAL_ENVIRONMENT);
}

export {
  corrupt,
  daemon,
  delay,
  drop,
  duplicate,
  faults,
  forget,
  partition,
  rate,
  reorder,
  selftest,
  sizeLimit,
} from "./declare/words.ts";
export { LabError, type LabErrorCode } from "./declare/lab-error.ts";
export type { FieldsOf, FieldValues } from "./declare/pattern.ts";
export type {
  Duration,
  LabAction,
  LabDaemon,
  LabFault,
  LabGateway,
  LabGuestTable,
  LabLink,
  LabMarker,
  LabNetwork,
  LabNodeOptions,
  LabProcess,
  LabSelftest,
  LabTopology,
} from "./declare/topology.ts";
export type { Lab, LabNodes, LabOptions, LabStartOptions } from "./lab.ts";
export type { LabResult, PrintedByNode } from "./live/lab-result.ts";
export type { LabConsole } from "./live/console.ts";
export type { LabNode, ReachedMarker } from "./live/node.ts";
export type { WaitOptions } from "./live/waits.ts";
