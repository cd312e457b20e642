// Noise and libsodium's secretstream over udx-native: encrypted UDP in C, as Hyperswarm uses it.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const UDX = require("udx-native");
const SecretStream = require("@hyperswarm/secret-stream");

const LOOPBACK = "127.0.0.1";
const PIECE = Buffer.alloc(64 * 1024, 0x5a);

function open(signals, isInitiator) {
  const udx = new UDX();
  const socket = udx.createSocket();
  socket.bind(0, LOOPBACK);
  const stream = udx.createStream(isInitiator ? 1 : 2);
  signals.send(socket.address().port);
  return { socket, stream };
}

export const secretStream = {
  async receive(signals, onBytes) {
    const { socket, stream } = open(signals, false);
    stream.connect(socket, 1, Number(await signals.next()), LOOPBACK);
    new SecretStream(false, stream).on("data", (bytes) => onBytes(bytes.length));
  },
  async connect(signals) {
    const { socket, stream } = open(signals, true);
    stream.connect(socket, 2, Number(await signals.next()), LOOPBACK);
    const secret = new SecretStream(true, stream);
    await new Promise((resolve) => secret.once("connect", resolve));
    return async (totalBytes) => {
      for (let left = totalBytes; left > 0; left -= PIECE.length) {
        if (!secret.write(PIECE.subarray(0, Math.min(left, PIECE.length)))) {
          await new Promise((resolve) => secret.once("drain", resolve));
        }
      }
    };
  },
};
