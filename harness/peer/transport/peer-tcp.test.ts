/** What a peer over TCP keeps, and for how many. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { deviceNamed } from "../judged-loopback.fixture.ts";
import { PeerTcp } from "./peer-tcp.ts";
import { PeerTcpListener } from "./peer-tcp-listener.ts";

const LOOPBACK = "127.0.0.1";
const PATIENCE_MS = 10_000;

test("of a far end that says more than anybody reads, a connection keeps a mebibyte at most", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write(Buffer.alloc((1 << 20) + 1, 0xff));
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, LOOPBACK), "listening");
  const tcp = await PeerTcp.dial({ address: LOOPBACK, port: (server.address() as AddressInfo).port });
  await tcp.changes.until("its end", () => (tcp.hasEnded ? true : undefined), PATIENCE_MS);
  expect(tcp.heardBytes).toBeGreaterThan(1 << 20);
});

test("who connects beside sixteen others is turned away", async () => {
  const listener = await PeerTcpListener.open({
    ...{ self: deviceNamed("peer"), accepts: new Set<string>(), onEphemeral: () => undefined },
    ...{ proofFor: () => undefined, onSession: () => undefined },
  });
  const { address: host, port } = listener.place;
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.end();
  });
  for (let count = 0; count < 16; count += 1) {
    const socket = connect({ host, port });
    sockets.push(socket);
    await once(socket, "connect");
  }
  const last = connect({ host, port });
  sockets.push(last);
  last.resume();
  await once(last, "close");
  expect(sockets.slice(0, 16).every(({ closed }) => !closed)).toBe(true);
});
