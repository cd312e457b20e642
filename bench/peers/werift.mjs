// A data channel of WebRTC in TypeScript: DTLS and SCTP over UDP.
import { RTCPeerConnection } from "werift";

const PIECE = Buffer.alloc(16 * 1024, 0x5a);
const MAX_BUFFERED_BYTES = 256 * 1024;

const onLoopback = () => new RTCPeerConnection({ iceServers: [], iceAdditionalHostAddresses: ["127.0.0.1"] });

export const dataChannel = {
  async receive(signals, onBytes) {
    const connection = onLoopback();
    connection.onDataChannel.subscribe((channel) => channel.onMessage.subscribe((bytes) => onBytes(bytes.length)));
    signals.send("ready");
    await connection.setRemoteDescription(await signals.next());
    await connection.setLocalDescription(await connection.createAnswer());
    signals.send(connection.localDescription);
  },
  async connect(signals) {
    await signals.next();
    const connection = onLoopback();
    const channel = connection.createDataChannel("bulk");
    const opened = new Promise((resolve) =>
      channel.stateChanged.subscribe((state) => state === "open" && resolve(undefined)),
    );
    await connection.setLocalDescription(await connection.createOffer());
    signals.send(connection.localDescription);
    await connection.setRemoteDescription(await signals.next());
    await opened;
    return async (totalBytes) => {
      for (let left = totalBytes; left > 0; left -= PIECE.length) {
        while (channel.bufferedAmount > MAX_BUFFERED_BYTES) await new Promise((resolve) => setTimeout(resolve, 1));
        channel.send(PIECE.subarray(0, Math.min(left, PIECE.length)));
      }
    };
  },
};
