import type { QmpEvent } from "./qmp.ts";

/** How a machine ended. Only `guest-shutdown` is the guest's own wish. */
export type MachineExit =
  /** The guest powered itself off. */
  | { readonly kind: "guest-shutdown" }
  /** The guest reset itself: with `panic=-1 -no-reboot` that is a kernel panic. */
  | { readonly kind: "guest-reset" }
  /** The guest told a panic device. */
  | { readonly kind: "guest-panic" }
  /** The machine stands still though QEMU runs: `internal-error` (KVM), `io-error` (disk). It was killed. */
  | { readonly kind: "stopped"; readonly status: string }
  /** The guest powered itself off, then QEMU crashed or failed: what it wrote last may be missing. */
  | { readonly kind: "died-after-power-off"; readonly how: string }
  /** QEMU ran on without a control channel that can be used. It was killed. */
  | { readonly kind: "control-lost"; readonly detail: string }
  /** The guest wrote more than a run may write. It was killed. */
  | { readonly kind: "flooded"; readonly detail: string }
  /** The harness ended it. */
  | { readonly kind: "ended" }
  /** QEMU died of a signal that the harness didn't send. */
  | { readonly kind: "signal"; readonly signal: string }
  /** QEMU gave up. */
  | { readonly kind: "error"; readonly exitCode: number | undefined; readonly stderr: string };

/** What was seen of a machine's end. */
export interface EndObservations {
  /** Which file of the guest's output grew too long, if one did. */
  readonly flooded: string | undefined;
  /** `reason` of QMP's SHUTDOWN, if one came. */
  readonly shutdownReason: string | undefined;
  /** What `query-status` said after a STOP that nobody asked for. */
  readonly stoppedStatus: string | undefined;
  /** What is wrong with the control channel of a QEMU that ran on. */
  readonly controlLost: string | undefined;
  readonly endedByHarness: boolean;
  readonly signal: string | undefined;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** False: on this machine a power-off is no event of QMP, only QEMU's end with status 0. */
  readonly tellsPowerOff?: boolean;
}

/** The reason of a SHUTDOWN event; QEMU exits with 0 after a panic too, so nothing else tells. */
export function shutdownReason(event: QmpEvent): string | undefined {
  if (event.event !== "SHUTDOWN") return undefined;
  const reason = event.data["reason"];
  return typeof reason === "string" ? reason : "unknown";
}

/** Reasons of SHUTDOWN that come from inside the machine (qapi/run-state.json, ShutdownCause). */
const GUESTS_WISH = ["guest-shutdown", "guest-reset", "guest-panic"] as const;

/** What the guest did comes first: a machine that powered off while it was being killed did power off. */
export function classifyExit(seen: EndObservations): MachineExit {
  if (seen.flooded !== undefined) return { kind: "flooded", detail: seen.flooded };
  const guestsWish = GUESTS_WISH.find((kind) => kind === seen.shutdownReason);
  if (guestsWish === "guest-shutdown" && !seen.endedByHarness && hasFailed(seen)) {
    return { kind: "died-after-power-off", how: seen.signal ?? `status ${seen.exitCode ?? "unknown"}` };
  }
  if (guestsWish !== undefined) return { kind: guestsWish };
  if (seen.stoppedStatus !== undefined) return { kind: "stopped", status: seen.stoppedStatus };
  if (seen.controlLost !== undefined) return { kind: "control-lost", detail: seen.controlLost };
  if (seen.endedByHarness) return { kind: "ended" };
  // QEMU catches SIGTERM, SIGINT and SIGHUP and reports them before it exits with 0.
  if (seen.signal !== undefined || seen.shutdownReason === "host-signal") {
    return { kind: "signal", signal: seen.signal ?? "unknown" };
  }
  // `quit` and every signal are known by now: what is left of ends with status 0 is the guest's own.
  if (seen.tellsPowerOff === false && seen.exitCode === 0) return { kind: "guest-shutdown" };
  return { kind: "error", exitCode: seen.exitCode, stderr: seen.stderr };
}

function hasFailed({ signal, exitCode }: EndObservations): boolean {
  return signal !== undefined || exitCode !== 0;
}

/** @returns the ending in a few words, with what QEMU said */
export function describeExit(exit: MachineExit): string {
  switch (exit.kind) {
    case "error":
      return `exit status ${exit.exitCode ?? "unknown"}: ${exit.stderr.trim()}`;
    case "stopped":
      return `stopped (${exit.status})`;
    case "signal":
      return `died of ${exit.signal}`;
    case "died-after-power-off":
      return `${exit.kind} (${exit.how})`;
    case "control-lost":
    case "flooded":
      return `${exit.kind}: ${exit.detail}`;
    case "guest-shutdown":
    case "guest-reset":
    case "guest-panic":
    case "ended":
      return exit.kind;
  }
}
