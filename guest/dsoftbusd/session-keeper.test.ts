/** Keepers of sessions to peers whose `control` is missing, silent or wrong, in virtual time: the session stays, and is the only one. */
import { afterEach, expect, test } from "vitest";
import { EventKind } from "../../contract/events.ts";
import { busConfiguration, crypto, makeBus, peerOf, RecordingConsole } from "../bus/loopback.fixture.ts";
import type { BusSession } from "../bus/sessions/bus-session.ts";
import { PORT, SmallWorld } from "../bus/small-world.fixture.ts";
import { CONTROL_SERVICE } from "../services/control/control-codec.ts";
import { ECHO_SERVICE, serveEcho } from "../services/echo/echo-server.ts";
import { serveSession } from "../services/serving/serve-session.ts";
import type { Service } from "../services/serving/service.ts";
import { SessionKeeper } from "./session-keeper.ts";

const LISTENER = "10.0.0.2";
const unending = new Promise<never>(() => undefined);
const keepers: SessionKeeper[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.stop();
});

/** A keeper of a session to a listener with these services. */
async function keep(services: ReadonlyMap<string, Service>) {
  const world = new SmallWorld();
  const accepted: BusSession[] = [];
  const listenerRuntime = world.runtimeOf(LISTENER);
  const knowsDialler = busConfiguration("listener", { peers: [peerOf("dialler", 0)] });
  const listener = makeBus(knowsDialler, listenerRuntime, (session) => {
    accepted.push(session);
    serveSession(session, services, { runtime: listenerRuntime, crypto });
  });
  await world.done(listener.bus.listen({ host: LISTENER, port: PORT }));
  const console = new RecordingConsole();
  const runtime = { ...world.runtimeOf("10.0.0.1"), console };
  const { bus } = makeBus(busConfiguration("dialler", { mode: "udp-sec" }), runtime);
  const peer = { ...peerOf("listener", PORT), host: LISTENER };
  let verified = 0;
  const locate = () => ({ host: LISTENER, port: PORT, isAnnounced: false });
  const onVerified = (): void => void (verified += 1);
  keepers.push(new SessionKeeper({ bus, peer, locate, runtime, crypto, onVerified }));
  await world.runUntil(unending, world.queue.nowMs + 120_000);
  return { accepted, failures: console.of(EventKind.SERVICE_FAILED), verified };
}

const silent: Service = async (stream) => {
  while ((await stream.read()) !== undefined);
  await unending;
};

// Requirement: V-6
test.each<[string, string, Map<string, Service>]>([
  ["no control", "BUS_STREAM_RESET", new Map([[ECHO_SERVICE, serveEcho]])],
  ["a control that never answers", "BUS_TIMEOUT", new Map([[CONTROL_SERVICE, silent]])],
  ["a control that answers something else", "BUS_MESSAGE", new Map([[CONTROL_SERVICE, serveEcho]])],
])("%s: told once (%s), and the session stands", async (_what, code, services) => {
  const { accepted, failures, verified } = await keep(services);
  expect(failures).toMatchObject([{ service: CONTROL_SERVICE, code }]);
  expect(accepted).toHaveLength(1);
  expect(accepted[0]?.end).toBeUndefined();
  expect(accepted[0]?.openStreams).toBe(0);
  expect(verified).toBe(0);
});
