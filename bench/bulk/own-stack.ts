/** Our own stack as a contender: a bus at each end, one stream, the product's own limits. */
import { join } from "node:path";
import { type CryptoPrimitives, nobleCrypto } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { findSodium } from "../../guest/node/crypto/sodium.ts";
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { projectRoot } from "../../harness/host/project-root.ts";
import { benchRuntime, LOOPBACK, makeBus, peer } from "../device/device.ts";
import type { Contender } from "./contender.ts";

const SERVICE = "bulk-bench";
const PRIORITY = 3;
const PIECE = new Uint8Array(64 * 1024).fill(0x5a);

export const udpSecNative = ownStack("udp-sec", () => nativeCrypto);
export const udpSecNoble = ownStack("udp-sec", () => nobleCrypto);
export const udpSecSodium = ownStack("udp-sec", requireSodium);
export const tcpNative = ownStack("tcp", () => nativeCrypto);

function ownStack(mode: TransportMode, chooseCrypto: () => CryptoPrimitives): Contender {
  return {
    async receive(signals, onBytes) {
      const crypto = chooseCrypto();
      const drain = async (stream: AsyncIterable<Uint8Array>): Promise<void> => {
        for await (const bytes of stream) onBytes(bytes.length);
      };
      const services = new Map([[SERVICE, drain]]);
      const bus = makeBus("receiver", {
        ...{ mode, crypto },
        onSession: (session) => serveSession(session, services, { runtime: benchRuntime(), crypto }),
      });
      const { port } = await bus.listen({ host: LOOPBACK, port: 0 });
      signals.send(port);
    },
    async connect(signals) {
      const bus = makeBus("sender", { mode, crypto: chooseCrypto() });
      const session = await bus.dial(peer("receiver", Number(await signals.next())));
      const stream = await session.open(SERVICE, PRIORITY);
      return async (totalBytes) => {
        for (let left = totalBytes; left > 0; left -= PIECE.length) await stream.write(PIECE.subarray(0, left));
      };
    },
  };
}

/** No other in its place: the row would tell of something else than its name. @throws RangeError where it isn't installed */
function requireSodium(): CryptoPrimitives {
  const sodium = findSodium(join(projectRoot(), "package.json"));
  if (sodium === undefined) throw new RangeError("sodium-native is not installed");
  return sodium;
}
