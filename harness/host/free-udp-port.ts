import { createSocket } from "node:dgram";
import { once } from "node:events";

const LOOPBACK = "127.0.0.1";

/** @returns a port of loopback that was free a moment ago: QEMU says so if another program has taken it since */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, LOOPBACK);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
