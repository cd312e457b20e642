import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { HarnessError } from "./harness-error.ts";

const LOOPBACK = "127.0.0.1";
const ATTEMPTS = 16;

/**
 * @returns a port of loopback that was free a moment ago, for UDP and for TCP: QEMU says so if another program has taken it since
 * @throws HarnessError `no-free-port`
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const socket = createSocket("udp4");
    socket.bind(0, LOOPBACK);
    await once(socket, "listening");
    const { port } = socket.address();
    const isFree = await isFreeForTcp(port);
    socket.close();
    await once(socket, "close");
    if (isFree) return port;
  }
  throw new HarnessError("no-free-port", "no port of loopback is free for UDP and TCP", "close what holds so many");
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
