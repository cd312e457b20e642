// QUIC by quiche, bound for Node by @matrixai/quic.
import { createHmac, randomFillSync, timingSafeEqual } from "node:crypto";
import { events, QUICClient, QUICServer } from "@matrixai/quic";
import { makeCertificate } from "./certificate.mjs";

const PIECE = new Uint8Array(64 * 1024).fill(0x5a);
const KEY = new ArrayBuffer(32);
const macOf = (key, data) => createHmac("sha256", Buffer.from(key)).update(Buffer.from(data)).digest();

const serverOps = {
  sign: async (key, data) => new Uint8Array(macOf(key, data)).buffer,
  verify: async (key, data, signature) => timingSafeEqual(macOf(key, data), Buffer.from(signature)),
};
const clientOps = { randomBytes: async (data) => void randomFillSync(new Uint8Array(data)) };

export const quic = {
  async receive(signals, onBytes) {
    const { key, cert } = await makeCertificate();
    const server = new QUICServer({ crypto: { key: KEY, ops: serverOps }, config: { key, cert, verifyPeer: false } });
    server.addEventListener(events.EventQUICServerConnection.name, ({ detail: connection }) => {
      connection.addEventListener(events.EventQUICConnectionStream.name, async ({ detail: stream }) => {
        for await (const bytes of stream.readable) onBytes(bytes.length);
      });
    });
    await server.start({ host: "127.0.0.1", port: 0 });
    signals.send(server.port);
  },
  async connect(signals) {
    const client = await QUICClient.createQUICClient({
      ...{ host: "127.0.0.1", port: await signals.next(), localHost: "127.0.0.1" },
      ...{ crypto: { ops: clientOps }, config: { verifyPeer: false } },
    });
    const writer = client.connection.newStream().writable.getWriter();
    return async (totalBytes) => {
      for (let left = totalBytes; left > 0; left -= PIECE.length) {
        await writer.write(PIECE.subarray(0, Math.min(left, PIECE.length)));
      }
    };
  },
};
