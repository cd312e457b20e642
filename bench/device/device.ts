/** Devices of the benchmarks: identities from numbers, one bus each, as each is a machine of its own. */
import { join } from "node:path";
import { Bus } from "../../guest/bus/bus.ts";
import type { BusSession } from "../../guest/bus/sessions/bus-session.ts";
import type { BusConfiguration, PeerConfiguration, TransportMode } from "../../contract/configuration.ts";
import { type CryptoPrimitives, DeviceIdentity, fromHex, nobleCrypto, toHex } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { findSodium } from "../../guest/node/crypto/sodium.ts";
import { createNodeRuntime } from "../../guest/node/node-runtime.ts";
import type { Runtime } from "../../guest/runtime/runtime.ts";
import { projectRoot } from "../../harness/host/project-root.ts";

export const LOOPBACK = "127.0.0.1";

/** An implementation of the primitives by its name: what a side of a measurement is told. */
export type PrimitivesName = CryptoPrimitives["name"];

export interface DeviceOptions {
  readonly mode: TransportMode;
  readonly crypto?: CryptoPrimitives;
  /** Without it the product's own. */
  readonly limits?: NonNullable<BusConfiguration["limits"]>;
  readonly onSession?: (session: BusSession) => void;
}

/** One clock for all devices of a process. */
const runtime = createNodeRuntime({ marker: () => undefined, event: () => undefined });

export function benchRuntime(): Runtime {
  return runtime;
}

/** No other in its place: a row would tell of something else than its name. @throws RangeError where it isn't installed */
export function cryptoNamed(name: PrimitivesName): CryptoPrimitives {
  if (name === "native") return nativeCrypto;
  if (name === "noble") return nobleCrypto;
  const sodium = findSodium(join(projectRoot(), "package.json"));
  if (sodium === undefined) throw new RangeError("sodium-native is not installed");
  return sodium;
}

function seedOf(name: string): string {
  return toHex(nativeCrypto.sha256(new TextEncoder().encode(`bench ${name}`)));
}

export function peer(name: string, port: number): PeerConfiguration {
  const { deviceId, staticPublicKey } = new DeviceIdentity(nativeCrypto, fromHex(seedOf(name)) ?? new Uint8Array(0));
  return { name, deviceId, staticKey: toHex(staticPublicKey), host: LOOPBACK, port, dial: false };
}

export function makeBus(name: string, { mode, crypto = nativeCrypto, limits, onSession }: DeviceOptions): Bus {
  const configuration: BusConfiguration = {
    namespace: "root",
    identitySeed: seedOf(name),
    mode,
    udpSecEnabled: true,
    entropyPolicy: "kernel",
    peers: [],
    allowUnknownPeers: true,
    ...(limits === undefined ? {} : { limits }),
  };
  const ignore = (): void => undefined;
  const observer = {
    onSession: onSession ?? ignore,
    onFallback: ignore,
    onUdpListening: ignore,
    onUdpUnavailable: ignore,
  };
  return new Bus({ runtime: benchRuntime(), crypto, configuration, observer });
}
