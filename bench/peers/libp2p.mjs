// js-libp2p: TCP, Noise, Yamux.
import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";

// Its Noise asks for it; Node 20 has none.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

const PROTOCOL = "/bulk/1.0.0";
const PIECE = new Uint8Array(64 * 1024).fill(0x5a);

function node(listen) {
  return createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
  });
}

export const libp2p = {
  async receive(signals, onBytes) {
    const host = await node(["/ip4/127.0.0.1/tcp/0"]);
    await host.handle(PROTOCOL, async (stream) => {
      for await (const bytes of stream) onBytes(bytes.byteLength);
    });
    signals.send(host.getMultiaddrs()[0].toString());
  },
  async connect(signals) {
    const host = await node([]);
    const stream = await host.dialProtocol(multiaddr(await signals.next()), PROTOCOL);
    return async (totalBytes) => {
      for (let left = totalBytes; left > 0; left -= PIECE.length) {
        if (!stream.send(PIECE.subarray(0, Math.min(left, PIECE.length)))) await stream.onDrain();
      }
    };
  },
};
