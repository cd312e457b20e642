/** A daemon that holds a crowd, and the crowd's own devices. */
import type { Bus } from "../../guest/bus/bus.ts";
import { ECHO_SERVICE, serveEcho } from "../../guest/services/echo/echo-server.ts";
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import type { Service } from "../../guest/services/serving/service.ts";
import { benchRuntime, type PrimitivesName, cryptoNamed, type DeviceOptions, makeBus } from "../device/device.ts";

/** What a connection reserves of the endpoint's receive budget (dsoftbus-transport.md#9-bounds-and-codes). */
const WINDOW_BYTES = 256 * 1024;

export interface CrowdedBusOptions {
  readonly mode: TransportMode;
  readonly crypto: PrimitivesName;
  readonly connections: number;
  /** The product's own limits, instead of those that let a crowd in from one address. */
  readonly isStrict?: boolean;
}

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

/** What only takes: it ends its direction once it has read everything. */
export const TAKE_SERVICE = "take";

/** A daemon's bus that echoes, and takes. @param onTaken told of what it took */
export function makeCrowdedBus(
  { mode, crypto: cryptoName, connections, isStrict }: CrowdedBusOptions,
  onTaken: (bytes: number) => void = () => undefined,
): Bus {
  const take = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const { length } of stream) onTaken(length);
  };
  const services = new Map<string, Service>([
    [ECHO_SERVICE, serveEcho],
    [TAKE_SERVICE, take],
  ]);
  const crypto = cryptoNamed(cryptoName);
  const runtime = benchRuntime();
  return makeBus("daemon", {
    mode,
    crypto,
    ...(isStrict === true ? {} : { limits: crowdLimits(connections) }),
    onSession: (session) => serveSession(session, services, { runtime, crypto }),
  });
}
