/** What a probe is and what it gets to work with. */
import type { Bus } from "../../bus/bus.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import type { BusSession } from "../../bus/sessions/bus-session.ts";
import { sleep } from "../../bus/sessions/deadline.ts";
import type { PeerConfiguration, ProbeConfiguration, SelftestConfiguration } from "../../../contract/configuration.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import type { Runtime } from "../../runtime/runtime.ts";

export interface ProbeContext {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: SelftestConfiguration;
  readonly probe: ProbeConfiguration;
  readonly bus: Bus;
  readonly target: PeerConfiguration;
  /** The session with the target, shared by all probes; dialled when first asked for, and again after its end. */
  readonly session: () => Promise<BusSession>;
  /** A probe waits for a restart of the daemon that it cannot bring about. */
  readonly onRestartAwaited: () => void;
  /** Tells how far a probe is that takes long. */
  readonly onProgress: (figures: ProbeFigures) => void;
}

/** What a probe measured, for the events. */
export type ProbeFigures = Readonly<Record<string, unknown>>;

/** One file each. A probe prints nothing: the self-test prints its marker once `run` has resolved. */
export interface Probe {
  /** Undefined: it shows in the events only. */
  readonly marker?: string;
  /** Its marker says `udp-sec`, so it is earned over that transport only. */
  readonly needsUdpSec?: true;
  /** Resolves only if its own check passed. @throws ProbeError, BusError */
  readonly run: (context: ProbeContext) => Promise<ProbeFigures>;
}

/** Something is not as it should be. */
export class ProbeError extends Error {
  readonly code = "PROBE_FAILED";

  constructor(message: string) {
    super(message);
    this.name = "ProbeError";
  }
}

export function check(condition: boolean, expectation: string): asserts condition {
  if (!condition) throw new ProbeError(`expected ${expectation}`);
}

/** @param own what tells the probe's content from that of others @returns u32 */
export function contentSeed({ contentSeed: ofRun = 0 }: SelftestConfiguration, own: number): number {
  return (ofRun ^ own) >>> 0;
}

const READINESS_MS = 30_000;
const RETRY_MS = 100;
/** Nobody listens yet, or the machine doesn't answer yet. */
const NOT_THERE: ReadonlySet<string> = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ETIMEDOUT"]);

/** Dials until the target answers: it may still be starting, on another machine. What isn't about readiness fails at once. */
export async function dialWhenReady(bus: Bus, target: PeerConfiguration, runtime: Runtime): Promise<BusSession> {
  const deadlineMs = runtime.clock.nowMs() + READINESS_MS;
  for (;;) {
    try {
      return await bus.dial(target);
    } catch (error) {
      const isNotReady =
        error instanceof BusError &&
        (error.code === "BUS_TIMEOUT" || (error.code === "BUS_UNAVAILABLE" && NOT_THERE.has(error.detail)));
      if (!isNotReady || runtime.clock.nowMs() >= deadlineMs) throw error;
      await sleep(runtime.clock, RETRY_MS);
    }
  }
}
