/** Devices of the benchmark: identities from numbers, one bus each. */
import { Bus } from "../../guest/bus/bus.ts";
import type { BusSession } from "../../guest/bus/sessions/bus-session.ts";
import { ECHO_SERVICE, serveEcho } from "../../guest/services/echo/echo-server.ts";
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { BusConfiguration, PeerConfiguration, TransportMode } from "../../contract/configuration.ts";
import { DeviceIdentity, fromHex, toHex } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { createNodeRuntime } from "../../guest/node/node-runtime.ts";

export const LOOPBACK = "127.0.0.1";
/** What a connection reserves of the endpoint's receive budget (dsoftbus-transport.md#9-bounds-and-codes). */
const WINDOW_BYTES = 256 * 1024;

function seedOf(name: string): string {
  return toHex(nativeCrypto.sha256(new TextEncoder().encode(`bench ${name}`)));
}

export function peer(name: string, port: number): PeerConfiguration {
  const { deviceId, staticPublicKey } = new DeviceIdentity(nativeCrypto, fromHex(seedOf(name)) ?? new Uint8Array(0));
  return { name, deviceId, staticKey: toHex(staticPublicKey), host: LOOPBACK, port, dial: false };
}

/** A bus of its own for each device, as each is a machine of its own. */
export function makeBus(
  name: string,
  mode: TransportMode,
  connections: number,
  onSession?: (session: BusSession) => void,
): Bus {
  const configuration: BusConfiguration = {
    namespace: "root",
    identitySeed: seedOf(name),
    mode,
    udpSecEnabled: true,
    entropyPolicy: "kernel",
    peers: [],
    allowUnknownPeers: true,
    // They all come from one address at once, and each has its whole window.
    limits: {
      connections: 2 * connections,
      handshakesPerSecond: 100_000,
      handshakeBurst: 100_000,
      halfOpenPerAddress: 256,
      receiveBudgetBytes: 2 * connections * WINDOW_BYTES,
      tcpUnauthenticated: connections,
      tcpUnauthenticatedPerAddress: connections,
    },
  };
  const runtime = createNodeRuntime({ marker: () => undefined, event: () => undefined });
  const observer = {
    onSession: (session: BusSession) => onSession?.(session),
    onFallback: () => undefined,
    onUdpListening: () => undefined,
    onUdpUnavailable: () => undefined,
  };
  return new Bus({ runtime, crypto: nativeCrypto, configuration, observer });
}

/** A daemon's bus that echoes. */
export function makeEchoBus(mode: TransportMode, connections: number): Bus {
  const runtime = createNodeRuntime({ marker: () => undefined, event: () => undefined });
  const services = new Map([[ECHO_SERVICE, serveEcho]]);
  return makeBus("daemon", mode, connections, (session) => {
    serveSession(session, services, { runtime, crypto: nativeCrypto });
  });
}
