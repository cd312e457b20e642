// TLS 1.3 with ChaCha20-Poly1305 in Node itself: the ceiling for anything over TCP.
import { once } from "node:events";
import { connect, createServer } from "node:tls";
import { makeCertificate } from "./certificate.mjs";

const CIPHER = { ciphers: "TLS_CHACHA20_POLY1305_SHA256", minVersion: "TLSv1.3" };
const PIECE = Buffer.alloc(64 * 1024, 0x5a);

export const nodeTls = {
  async receive(signals, onBytes) {
    const server = createServer({ ...(await makeCertificate()), ...CIPHER }, (socket) => {
      socket.on("data", (bytes) => onBytes(bytes.length));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    signals.send(server.address().port);
  },
  async connect(signals) {
    const socket = connect({ port: await signals.next(), host: "127.0.0.1", rejectUnauthorized: false, ...CIPHER });
    await once(socket, "secureConnect");
    return async (totalBytes) => {
      for (let left = totalBytes; left > 0; left -= PIECE.length) {
        if (!socket.write(PIECE.subarray(0, Math.min(left, PIECE.length)))) await once(socket, "drain");
      }
    };
  },
};
