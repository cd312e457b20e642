/** The words of a topology: what its data is made of. */
import type { Duration, LabAction, LabDaemon, LabFault, LabSelftest } from "./topology.ts";

/** @returns a daemon for a node's `process`. @example b: { guest: "udpsec", process: [daemon({ mode: "udp-sec" })] } */
export function daemon(options: Omit<LabDaemon, "kind"> = {}): LabDaemon {
  return { kind: "dsoftbusd", ...options };
}

/** @returns a self-test for a node's `process`. @example selftest({ target: "b", probes: ["control", "bulk"] }) */
export function selftest(options: Omit<LabSelftest, "kind">): LabSelftest {
  return { kind: "selftest", ...options };
}

/** Frames are lost. @param probability 0 to 1 @param burst so many in a row, once it happens @example drop(0.05) */
export function drop(probability: number, { burst }: { readonly burst?: number } = {}): LabFault {
  return { kind: "drop", probability, ...(burst === undefined ? {} : { burst }) };
}

/** Frames come twice. @param probability 0 to 1 @example duplicate(0.01) */
export function duplicate(probability: number): LabFault {
  return { kind: "duplicate", probability };
}

/** Frames are overtaken. @param probability 0 to 1 @param by how late they come @example reorder(0.1, "20ms") */
export function reorder(probability: number, by: Duration): LabFault {
  return { kind: "reorder", probability, delay: by };
}

/** Bits flip. @param probability 0 to 1 @example corrupt(0.001) */
export function corrupt(probability: number): LabFault {
  return { kind: "corrupt", probability };
}

/** All frames come later. Of a link from the beginning; no action sets it. @example delay("50ms", { jitter: "5ms" }) */
export function delay(by: Duration, { jitter }: { readonly jitter?: Duration } = {}): LabFault {
  return { kind: "delay", delay: by, ...(jitter === undefined ? {} : { jitter }) };
}

/** The link takes no more. Of a link from the beginning; no action sets it. @param queueBytes what waits at most; more is lost */
export function rate(mbps: number, queueBytes: number): LabFault {
  return { kind: "rate", mbps, queueBytes };
}

/** Longer frames are lost. @param maxBytes of a whole frame @example sizeLimit(1300) */
export function sizeLimit(maxBytes: number): LabFault {
  return { kind: "size-limit", maxBytes };
}

/** Nothing passes between the two, either way, from `lab.begin` to `lab.clear`. @example actions: { cut: partition("a", "b") } */
export function partition(a: string, b: string): LabAction {
  return { kind: "partition", from: a, to: b };
}

/** The gateway forgets every mapping at `lab.begin`, as one does whose power fails; one with nothing to forget is an error. @example actions: { rebooted: forget() } */
export function forget(): LabAction {
  return { kind: "forget" };
}

/** Faults between the two, both ways, from `lab.begin` to `lab.clear`. @example actions: { storm: faults("a", "b", [drop(0.3)]) } */
export function faults(a: string, b: string, faultsOfLink: readonly LabFault[]): LabAction {
  return { kind: "faults", from: a, to: b, bothWays: true, faults: faultsOfLink };
}
