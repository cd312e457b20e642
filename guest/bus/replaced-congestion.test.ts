/** A controller that is given to the bus is the one that its udp-sec connections ask. */
import { expect, test } from "vitest";
import { fixedWindows } from "../core/udp-sec/congestion/fixed-window.fixture.ts";
import { ECHO_SERVICE, serveEcho } from "../services/echo/echo-server.ts";
import { checkEcho } from "../services/echo/echo-client.ts";
import { serveSession } from "../services/serving/serve-session.ts";
import { Bus } from "./bus.ts";
import { busConfiguration, crypto, makePair, testRuntime } from "./loopback.fixture.ts";

const WINDOW_DATAGRAMS = 4;

test("a fixed window in place of NewReno, reached from the options of the bus", async () => {
  const runtime = testRuntime();
  const pair = await makePair("udp-sec", (session) => {
    serveSession(session, new Map([[ECHO_SERVICE, serveEcho]]), { runtime, crypto });
  });
  const { factory, made } = fixedWindows(WINDOW_DATAGRAMS);
  const observer = {
    onSession: () => undefined,
    onFallback: () => undefined,
    onUdpListening: () => undefined,
    onUdpUnavailable: () => undefined,
  };
  const configuration = busConfiguration("dialler", { mode: "udp-sec" });
  const bus = new Bus({ runtime, crypto, configuration, observer, congestion: factory });
  const session = await bus.dial(pair.target);
  await checkEcho(await session.open(ECHO_SERVICE, 3), 1, 100_000);
  expect(made).toHaveLength(1);
  expect(made[0]?.sent.length).toBeGreaterThan(80);
  const windowBytes = made[0]?.cwndBytes ?? 0;
  expect(made[0]?.mostInFlightBytes).toBeGreaterThan(windowBytes / 2);
  // On a machine that is busy probes leave, whatever the window says (dsoftbus-transport.md#5-acknowledgement-and-recovery): nothing else may.
  const { probesSent } = session.stats().connection["counters"] as { readonly probesSent: number };
  expect(made[0]?.beyondWindow).toBeLessThanOrEqual(probesSent);
  await bus.close(0);
  await pair.close();
});
