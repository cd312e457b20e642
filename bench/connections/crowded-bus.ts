/** A daemon that holds a crowd, and the crowd's own devices. */
import type { Bus } from "../../guest/bus/bus.ts";
import { ECHO_SERVICE, serveEcho } from "../../guest/services/echo/echo-server.ts";
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { benchRuntime, type DeviceOptions, makeBus } from "../device/device.ts";

/** What a connection reserves of the endpoint's receive budget (dsoftbus-transport.md#9-bounds-and-codes). */
const WINDOW_BYTES = 256 * 1024;

/** They all come from one address at once, and each has its whole window. */
export function crowdLimits(connections: number): NonNullable<DeviceOptions["limits"]> {
  return {
    connections: 2 * connections,
    handshakesPerSecond: 100_000,
    handshakeBurst: 100_000,
    halfOpenPerAddress: 256,
    receiveBudgetBytes: 2 * connections * WINDOW_BYTES,
    tcpUnauthenticated: connections,
    tcpUnauthenticatedPerAddress: connections,
  };
}

/** A daemon's bus that echoes. */
export function makeEchoBus(mode: TransportMode, connections: number): Bus {
  const services = new Map([[ECHO_SERVICE, serveEcho]]);
  return makeBus("daemon", {
    mode,
    limits: crowdLimits(connections),
    onSession: (session) => serveSession(session, services, { runtime: benchRuntime(), crypto: nativeCrypto }),
  });
}
