/** Our own stack as a contender: a bus at each end, one stream, the product's own limits. */
import { serveSession } from "../../guest/services/serving/serve-session.ts";
import type { TransportMode } from "../../contract/configuration.ts";
import { benchRuntime, type PrimitivesName, cryptoNamed, LOOPBACK, makeBus, peer } from "../device/device.ts";
import type { Contender } from "./contender.ts";

const SERVICE = "bulk-bench";
const PRIORITY = 3;
const PIECE = new Uint8Array(64 * 1024).fill(0x5a);

export const udpSecNative = ownStack("udp-sec", "native");
export const udpSecNoble = ownStack("udp-sec", "noble");
export const udpSecSodium = ownStack("udp-sec", "sodium");
export const tcpNative = ownStack("tcp", "native");

function ownStack(mode: TransportMode, cryptoName: PrimitivesName): Contender {
  return {
    async receive(signals, onBytes) {
      const crypto = cryptoNamed(cryptoName);
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
      const bus = makeBus("sender", { mode, crypto: cryptoNamed(cryptoName) });
      const session = await bus.dial(peer("receiver", Number(await signals.next())));
      const stream = await session.open(SERVICE, PRIORITY);
      return async (totalBytes) => {
        for (let left = totalBytes; left > 0; left -= PIECE.length) await stream.write(PIECE.subarray(0, left));
      };
    },
  };
}
