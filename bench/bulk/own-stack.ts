/** Our own stack as a contender: a bus at each end, one stream, the product's own limits. */
import { join } from "node:path";
import { Bus } from "../../guest/bus/bus.ts";
import type { BusSession } from "../../guest/bus/sessions/bus-session.ts";
import { type CryptoPrimitives, DeviceIdentity, nobleCrypto, toHex } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { findSodium } from "../../guest/node/crypto/sodium.ts";
import { createNodeRuntime } from "../../guest/node/node-runtime.ts";
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { projectRoot } from "../../harness/host/project-root.ts";
import type { Contender } from "./contender.ts";

const LOOPBACK = "127.0.0.1";
const SERVICE = "bulk-bench";
const PRIORITY = 3;
const PIECE = new Uint8Array(64 * 1024).fill(0x5a);

export const udpSecNative = ownStack("udp-sec", nativeCrypto);
export const udpSecNoble = ownStack("udp-sec", nobleCrypto);
export const udpSecSodium = ownStack("udp-sec", bestCrypto());
export const tcpNative = ownStack("tcp", nativeCrypto);

function ownStack(mode: TransportMode, crypto: CryptoPrimitives): Contender {
  return {
    async receive(signals, onBytes) {
      const bus = makeBus("receiver", mode, crypto, (session) => {
        const context = { runtime: createNodeRuntime({ marker: () => undefined, event: () => undefined }), crypto };
        const drain = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
          for await (const bytes of stream) onBytes(bytes.length);
        };
        serveSession(session, new Map([[SERVICE, drain]]), context);
      });
      const { port } = await bus.listen({ host: LOOPBACK, port: 0 });
      signals.send(port);
    },
    async connect(signals) {
      const port = Number(await signals.next());
      const bus = makeBus("sender", mode, crypto);
      const { deviceId, staticPublicKey } = new DeviceIdentity(crypto, seedOf("receiver"));
      const peer = { name: "receiver", deviceId, staticKey: toHex(staticPublicKey), host: LOOPBACK, port, dial: false };
      const session = await bus.dial(peer);
      const stream = await session.open(SERVICE, PRIORITY);
      return async (totalBytes) => {
        for (let left = totalBytes; left > 0; left -= PIECE.length) await stream.write(PIECE.subarray(0, left));
      };
    },
  };
}

/** With libsodium, of which the contenders' packages hold one. */
function bestCrypto(): CryptoPrimitives {
  return findSodium(join(projectRoot(), "bench/peers/package.json")) ?? nativeCrypto;
}

function seedOf(name: string): Uint8Array {
  return nobleCrypto.sha256(new TextEncoder().encode(`bench ${name}`));
}

function makeBus(
  name: string,
  mode: TransportMode,
  crypto: CryptoPrimitives,
  onSession: (session: BusSession) => void = () => undefined,
): Bus {
  const runtime = createNodeRuntime({ marker: () => undefined, event: () => undefined });
  const ignore = (): void => undefined;
  return new Bus({
    ...{ runtime, crypto },
    configuration: {
      ...{ namespace: "root", identitySeed: toHex(seedOf(name)), mode, udpSecEnabled: true, entropyPolicy: "kernel" },
      ...{ peers: [], allowUnknownPeers: true },
    },
    observer: { onSession, onFallback: ignore, onUdpListening: ignore, onUdpUnavailable: ignore },
  });
}
