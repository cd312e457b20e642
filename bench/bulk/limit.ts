/**
 * The limit: what two processes reach that seal and send, or receive and open, and do nothing else. A window of packets stands for
 * flow control, as a socket on loopback loses what its owner doesn't fetch in time.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { AEAD_TAG_BYTES, type CryptoPrimitives } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import type { Contender } from "./contender.ts";
import { CARRIED_BYTES, DATAGRAM_BYTES, HEADER_BYTES } from "./packet-sizes.ts";

const LOOPBACK = "127.0.0.1";
const WINDOW_PACKETS = 64;
const PACKETS_PER_ANSWER = 16;

const HEADER = new Uint8Array(HEADER_BYTES);
const NONCE = new Uint8Array(12);
const KEY = new Uint8Array(32).fill(7);

export const limitNative = limit(nativeCrypto);
export const bareDgram = limit(undefined);

function limit(crypto: CryptoPrimitives | undefined): Contender {
  const aead = crypto?.chacha20Poly1305(KEY);
  return {
    async receive(signals, onBytes) {
      const socket = createSocket("udp4");
      let count = 0;
      socket.on("message", (datagram, { port, address }) => {
        if (aead !== undefined && aead.open(NONCE, HEADER, datagram.subarray(HEADER_BYTES)) === undefined) {
          throw new RangeError("a packet of the limit did not open");
        }
        onBytes(CARRIED_BYTES);
        count += 1;
        if (count % PACKETS_PER_ANSWER === 0) socket.send("", port, address);
      });
      socket.bind(0, LOOPBACK);
      await once(socket, "listening");
      signals.send(socket.address().port);
    },
    async connect(signals) {
      const socket = createSocket("udp4");
      socket.connect(Number(await signals.next()), LOOPBACK);
      await once(socket, "connect");
      const plaintext = new Uint8Array(DATAGRAM_BYTES - HEADER_BYTES - AEAD_TAG_BYTES);
      const next = (): Uint8Array => {
        const datagram = new Uint8Array(DATAGRAM_BYTES);
        aead?.sealInto(datagram.subarray(HEADER_BYTES), NONCE, HEADER, plaintext);
        return datagram;
      };
      return (totalBytes) => sendWindowed(socket, Math.ceil(totalBytes / CARRIED_BYTES), next);
    },
  };
}

async function sendWindowed(socket: Socket, packets: number, next: () => Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => {
    let sent = 0;
    let answered = 0;
    const send = (): void => {
      while (sent < packets && sent - answered < WINDOW_PACKETS) {
        socket.send(next());
        sent += 1;
      }
      if (sent >= packets) resolve();
    };
    socket.on("message", () => {
      answered += PACKETS_PER_ANSWER;
      send();
    });
    send();
  });
}
