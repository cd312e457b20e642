/** A UDP socket and a TCP listener at one port, for whichever case has them. */
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { Device } from "../../observer/crypto/device.ts";
import { PeerSocket, type SocketPlace } from "../../peer/transport/peer-socket.ts";
import { PeerTcp } from "../../peer/transport/peer-tcp.ts";
import type { PacketTrace } from "./packet-trace.ts";

const MAX_CONNECTIONS = 16;

export class DialledPlace {
  readonly place: SocketPlace;
  /** As whom the target dials it. */
  readonly self: Device;
  readonly socket: PeerSocket;
  /** Told of each connection that comes; undefined: it is ended at once. */
  onTcp: ((tcp: PeerTcp) => void) | undefined;
  /** Why nobody will dial any more, if that is known, and who is told once it is. */
  lost: string | undefined;
  onLost: () => void = () => undefined;
  /** mac1 of the attempts that earlier cases have seen: what is left of them is nobody's. */
  readonly seen = new Set<string>();
  readonly #server: Server;
  readonly #watch: { trace: PacketTrace | undefined };

  private constructor(self: Device, socket: PeerSocket, server: Server, watch: { trace: PacketTrace | undefined }) {
    this.self = self;
    this.socket = socket;
    this.place = socket.place;
    this.#server = server;
    this.#watch = watch;
  }

  /** @param at port 0: any @throws the system's error if another program has it */
  static async open(at: SocketPlace, self: Device, patienceMs: number): Promise<DialledPlace> {
    const watch: { trace: PacketTrace | undefined } = { trace: undefined };
    const socket = await PeerSocket.open((from, to, bytes) => watch.trace?.datagram(from, to, bytes), at);
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(socket.place.port, at.address);
    try {
      await once(server, "listening");
    } catch (error) {
      socket.close();
      throw error;
    }
    const place = new DialledPlace(self, socket, server, watch);
    server.on("connection", (connection) => {
      const tcp = new PeerTcp(connection, watch.trace?.tcp, patienceMs);
      watch.trace?.tcp.opened(tcp.remote, tcp.local);
      if (place.onTcp === undefined) tcp.drop();
      else place.onTcp(tcp);
    });
    return place;
  }

  /** @param why as a failure tells it */
  lose(why: string): void {
    this.lost = why;
    this.onLost();
  }

  /** Whom the packets are noted for. */
  set trace(trace: PacketTrace | undefined) {
    this.#watch.trace = trace;
  }

  end(): void {
    this.socket.close();
    this.#server.close();
  }
}
