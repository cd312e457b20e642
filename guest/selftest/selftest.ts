/**
 * The self-test: dials the daemon it is told and runs its probes one after the other. Each marker is printed after the probe's own
 * check; the first failure ends the run, because what follows would only repeat it.
 */
import { Bus, type BusOptions } from "../bus/bus.ts";
import { BusError } from "../bus/sessions/bus-error.ts";
import type { BusSession } from "../bus/sessions/bus-session.ts";
import { traceTo } from "../bus/drivers/trace-to.ts";
import { ECHO_SERVICE, serveEcho } from "../services/echo/echo-server.ts";
import type { Service } from "../services/serving/service.ts";
import { serveSession } from "../services/serving/serve-session.ts";
import type { ProbeConfiguration, SelftestConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { MARKERS } from "../../contract/markers.ts";
import { CloseCode, type CryptoPrimitives } from "../core/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { check, dialWhenReady, type ProbeContext, ProbeError, type ProbeFigures } from "./probes/probe.ts";
import { PROBES } from "./probes/index.ts";

/** Tells people who read a log why the session ended; nothing acts on it. */
const CLOSE_REASON = "selftest: goodbye";

export interface SelftestOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: SelftestConfiguration;
  /** As in `BusOptions`. */
  readonly keyLog?: BusOptions["keyLog"];
  /** As in `BusOptions`; the event port has samples of it in any case. */
  readonly trace?: BusOptions["trace"];
  /** As in `BusOptions`. */
  readonly createConnection?: BusOptions["createConnection"];
  /** As in `BusOptions`. */
  readonly congestion?: BusOptions["congestion"];
  /** A probe waits for a restart of the daemon. */
  readonly onRestartAwaited?: () => void;
}

/** @returns whether every probe passed; what failed is in the events */
export async function runSelftest(options: SelftestOptions): Promise<boolean> {
  const { configuration, runtime, crypto } = options;
  const target = configuration.peers.find((peer) => peer.name === configuration.target);
  check(target !== undefined, `a peer named ${configuration.target}`);
  const bus = makeBus(options);
  let dialled: BusSession | undefined;
  const session = async (): Promise<BusSession> => {
    if (dialled?.end !== undefined) dialled = undefined;
    return (dialled ??= await dialWhenReady(bus, target, runtime));
  };
  let hasPassed = true;
  for (const probe of configuration.probes) {
    const onRestartAwaited = (): void => {
      runtime.console.event(EventKind.PROBE_WAITING, { probe: probe.name });
      options.onRestartAwaited?.();
    };
    const onProgress = (figures: ProbeFigures): void => {
      runtime.console.event(EventKind.PROBE_PROGRESS, { probe: probe.name, ...figures });
    };
    const told = { onRestartAwaited, onProgress };
    hasPassed = await runProbe({ runtime, crypto, configuration, probe, bus, target, session, ...told });
    if (!hasPassed) break;
  }
  for (const open of bus.sessions.all()) open.close(CloseCode.NO_ERROR, CLOSE_REASON);
  await bus.close(0, CLOSE_REASON);
  return hasPassed;
}

async function runProbe(context: ProbeContext): Promise<boolean> {
  const { runtime, probe } = context;
  const { name } = probe;
  const startMs = runtime.clock.nowMs();
  runtime.console.event(EventKind.PROBE_STARTED, { probe: name });
  try {
    const figures = await runOne(context, probe);
    const durationMs = Math.round(runtime.clock.nowMs() - startMs);
    runtime.console.event(EventKind.PROBE_PASSED, { probe: name, durationMs, ...figures });
  } catch (error) {
    if (!(error instanceof ProbeError) && !(error instanceof BusError)) throw error;
    runtime.console.event(EventKind.PROBE_FAILED, { probe: name, code: error.code, message: error.message });
    return false;
  }
  const { marker } = PROBES[name];
  if (marker !== undefined) runtime.console.marker(marker);
  return true;
}

async function runOne(context: ProbeContext, { name }: ProbeConfiguration): Promise<Readonly<Record<string, unknown>>> {
  const { needsUdpSec, run } = PROBES[name];
  if (needsUdpSec === true) {
    const { transport } = await context.session();
    check(transport === "udp-sec", `probe ${name} to run over udp-sec, not ${transport}`);
  }
  return await run(context);
}

function makeBus({
  runtime,
  crypto,
  configuration,
  keyLog,
  trace: whole,
  createConnection,
  congestion,
}: SelftestOptions): Bus {
  const services = new Map<string, Service>([[ECHO_SERVICE, serveEcho]]);
  const reported = new Set<string>();
  return new Bus({
    runtime,
    crypto,
    configuration,
    trace: traceTo(runtime.console, whole),
    createConnection,
    congestion,
    keyLog,
    observer: {
      onUdpListening: () => undefined,
      onUdpUnavailable: (trouble) => runtime.console.event(EventKind.UDP_UNAVAILABLE, { ...trouble }),
      onFallback: (peer) => {
        runtime.console.event(EventKind.FALLBACK, { peer: peer.name });
        if (!reported.has(peer.name)) runtime.console.marker(MARKERS.disabledFallbackTcp);
        reported.add(peer.name);
      },
      onSession: (session) => {
        serveSession(session, services, { runtime, crypto });
        const about = { peer: session.peerDeviceId, transport: session.transport, dialled: session.dialled };
        runtime.console.event(EventKind.SESSION_ESTABLISHED, about);
        void session.closed.then((end) => runtime.console.event(EventKind.SESSION_CLOSED, { ...about, end }));
      },
    },
  });
}
